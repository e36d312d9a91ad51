/* region_handlers.h: what the service does for the asks about regions of clips, as tables for work.h. The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_REGION_HANDLERS_H
#define LOOPHOLE_PROJECT_REGION_HANDLERS_H

#include "services/project/handlers/work.h"

extern const struct handler region_handler_list, region_handler_save, region_handler_lock,
    region_handler_delete; /* region_handlers.c */

extern const struct handler region_handler_undo, region_handler_redo; /* region_undo.c */

#endif
