/* take.h: the steps of a take, each done when it is due. */
#ifndef LOOPHOLE_STREAMER_TAKE_H
#define LOOPHOLE_STREAMER_TAKE_H

#include "services/streamer/record/take_state.h"

void take_done(struct errand *errand, bool lost); /* its file is finished */
void take_follow(struct take *take);              /* does the next step, if one is due */
void take_go_on(struct take *take);               /* the same for a step of its begin that is due */

#endif
