/* region_deeds.h: what the service does for the asks about regions of clips, as tables for work.h. The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_REGION_DEEDS_H
#define LOOPHOLE_PROJECT_REGION_DEEDS_H

#include "services/project/deeds/work.h"

extern const struct deed region_deed_list, region_deed_save, region_deed_lock, region_deed_delete; /* region_deeds.c */
extern const struct deed region_deed_play, region_deed_arm;                                        /* region_play.c */

extern const struct deed region_deed_undo, region_deed_redo; /* region_undo.c */

/* Arms the keys of the clip whose item a voice begins to play. Errors (explained): full. */
enum err region_play_follow(struct project *p, struct fault *fault);

#endif
