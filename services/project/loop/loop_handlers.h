/* loop_handlers.h: what the service does for the asks about loops, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_LOOP_HANDLERS_H
#define LOOPHOLE_PROJECT_LOOP_HANDLERS_H

#include "services/project/handlers/work.h"

extern const struct handler loop_handler_list, loop_handler_show; /* loop_handlers.c */
extern const struct handler loop_handler_volume, loop_handler_lock, loop_handler_delete,
    loop_handler_undo;                                            /* loop_handlers.c */
extern const struct handler loop_handler_adopt;                   /* loop_adopt.c */
extern const struct handler loop_handler_capture;                 /* loop_capture.c */
extern const struct handler loop_handler_play, loop_handler_stop; /* loop_play.c */

#endif
