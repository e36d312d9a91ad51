/* capture.h: what comes in at the two inputs, into a ring for the streamer. RT.
 *
 * A take begins and ends at the frames that were ordered. Frames that find no room, and frames of a gap in the clock,
 * are counted as lost. The header is written after the flip, so that it and the ring's index agree with the half. */
#ifndef LOOPHOLE_AUDIO_RT_CAPTURE_H
#define LOOPHOLE_AUDIO_RT_CAPTURE_H

#include <stdbool.h>
#include "common/rt/order.h"

struct capture {
    uint32_t generation; /* of the newest take; 0: none yet */
    uint32_t running;
    uint32_t rate;
    uint32_t spare;
    int64_t first;  /* frame of the audio clock */
    uint64_t begin; /* index of the take's first cell */
    uint64_t end;   /* past its last; UINT64_MAX while it runs */
    uint64_t lost;
    uint64_t written; /* index past the last cell of the half */
};

struct engine;

bool capture_order_start(struct engine *engine, const struct order *order, uint32_t producer);
bool capture_order_stop(struct engine *engine, const struct order *order, uint32_t producer);
void capture_gap(struct engine *engine, uint64_t frames);  /* that nobody heard */
void capture_take(struct engine *engine, uint32_t frames); /* of the stretch that begins now */
void capture_write(struct engine *engine); /* before the flip: what was taken, into the ring */
void capture_show(struct engine *engine);  /* after it */

#endif
