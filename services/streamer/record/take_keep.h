/* take_keep.h: takes of sound that was captured before the ask. */
#ifndef LOOPHOLE_STREAMER_TAKE_KEEP_H
#define LOOPHOLE_STREAMER_TAKE_KEEP_H

#include "services/streamer/record/take_state.h"

uint32_t take_new_generation(const struct takes *takes); /* for a capture */

/* Errors: bad_request (the ask also says when to record), conflict (the inputs are not captured that long). */
enum err take_keep_read(struct take *take, struct call *call, const struct streamer_record *ask);

/* Its first cell, once the latency is known. Errors: conflict (not captured any more). */
enum err take_keep_find(struct take *take, struct fault *fault);
bool take_has_bus(const struct take *take); /* it records a channel of the mixer, and not the inputs */
void take_keep_cue(const struct take *take, struct cue *cue); /* the cue to begin begins at that cell */

/* Call it when `take` has its full length: if it loops, the next take is due. */
void take_keep_pass(const struct take *take);

/* Each tick: true if `takes->recording` is now the take that was due, which the caller begins. */
bool take_keep_begins(struct takes *takes);

/* Each tick: while no take needs the capture, the inputs are captured, and the ring keeps the newest frames. */
void take_keep_listen(struct takes *takes);

#endif
