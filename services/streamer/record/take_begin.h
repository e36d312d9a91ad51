/* take_begin.h: what a take needs before it runs: asks one service after the other. */
#ifndef LOOPHOLE_STREAMER_TAKE_BEGIN_H
#define LOOPHOLE_STREAMER_TAKE_BEGIN_H

#include "services/streamer/record/take_state.h"

/* In the end the file is due, or the take waits for its bar. */
void take_begin(struct take *take);

/* Regularly while it starts: repeats the ask that found no server, or the check. */
void take_begin_again(struct take *take);
void take_reserve(struct take *take); /* its item in `folder` */

#endif
