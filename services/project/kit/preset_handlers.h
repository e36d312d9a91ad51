/* preset_handlers.h: what the service does for the asks about presets, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_PRESET_HANDLERS_H
#define LOOPHOLE_PROJECT_PRESET_HANDLERS_H

#include "services/project/handlers/work.h"

extern const struct handler preset_handler_list, preset_handler_show, preset_handler_remove;
extern const struct handler preset_handler_save,
    preset_handler_save_in_project; /* of another scope, of the scope project */

#endif
