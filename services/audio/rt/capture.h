/* capture.h: what comes in at the two inputs, into a ring for the streamer. RT.
 *
 * A take begins and ends at the frames that were ordered. Frames that find no room, frames of a gap in the clock, and
 * frames from before an input is connected again after a restart are counted as lost, and the header says where.
 * The header and the frames are published after the flip, so that they agree with the half. */
#ifndef LOOPHOLE_AUDIO_RT_CAPTURE_H
#define LOOPHOLE_AUDIO_RT_CAPTURE_H

#include <stdbool.h>

#include "common/rt/order.h"
#include "services/audio/rt/state/capture.h"

struct core_stage;
struct engine;

bool capture_order_start(struct engine *engine, const struct order *order, uint32_t producer);
bool capture_order_stop(struct engine *engine, const struct order *order, uint32_t producer);
void capture_period(struct engine *engine);                /* at its beginning: are the inputs connected again? */
void capture_gap(struct engine *engine, uint64_t frames);  /* that were not captured */
void capture_take(struct engine *engine, uint32_t frames); /* of the stretch that begins now */
void capture_begin(struct engine *engine);                 /* at the period's beginning */
void capture_stage(struct engine *engine, struct core_stage *stage);         /* before the flip */
void capture_copy_in(struct engine *engine, const struct core_stage *stage); /* what a predecessor staged */
void capture_show(struct engine *engine);                                    /* after the flip, any number of times */

#endif
