/* loop_deeds.h: what the service does for the asks about loops, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_LOOP_DEEDS_H
#define LOOPHOLE_PROJECT_LOOP_DEEDS_H

#include "services/project/deeds/work.h"

extern const struct deed loop_deed_list, loop_deed_show;                                     /* loop_deeds.c */
extern const struct deed loop_deed_volume, loop_deed_lock, loop_deed_delete, loop_deed_undo; /* loop_deeds.c */
extern const struct deed loop_deed_adopt;                                                    /* loop_adopt.c */
extern const struct deed loop_deed_capture;                                                  /* loop_capture.c */
extern const struct deed loop_deed_play, loop_deed_stop;                                     /* loop_play.c */

#endif
