/* recovery_deeds.h: what autosave.h offers, and the answer of a person, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_RECOVERY_DEEDS_H
#define LOOPHOLE_PROJECT_RECOVERY_DEEDS_H

#include "services/project/deeds/deeds.h"

extern const struct deed recovery_deed_list, recovery_deed_answer;
extern const struct deed recovery_deed_checkpoint; /* checkpoint_deed.c */

#endif
