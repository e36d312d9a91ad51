/* recovery_handlers.h: what autosave.h offers, and the answer of a person, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_RECOVERY_HANDLERS_H
#define LOOPHOLE_PROJECT_RECOVERY_HANDLERS_H

#include "services/project/handlers/handlers.h"

extern const struct handler recovery_handler_list, recovery_handler_answer;
extern const struct handler recovery_handler_checkpoint; /* checkpoint_handler.c */

#endif
