/* preset_deeds.h: what the service does for the asks about presets, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_PRESET_DEEDS_H
#define LOOPHOLE_PROJECT_PRESET_DEEDS_H

#include "services/project/deeds/work.h"

extern const struct deed preset_deed_list, preset_deed_show, preset_deed_remove;
extern const struct deed preset_deed_save, preset_deed_save_in_project; /* of another scope, of the scope project */

#endif
