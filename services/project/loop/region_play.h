/* region_play.h: plays regions, and follows those that play. */
#ifndef LOOPHOLE_PROJECT_LOOP_REGION_PLAY_H
#define LOOPHOLE_PROJECT_LOOP_REGION_PLAY_H

#include "services/project/loop/region_handlers.h"

extern const struct handler region_handler_play, region_handler_arm;
/* Arms the keys of the clip whose item a voice begins to play. Errors (explained): full. */
enum err region_play_follow(struct project *p, struct fault *fault);

#endif
