/* together.h: loops that begin on one frame. Their voices are filled first. The frame is chosen when all of them are,
 * or when the first of them has been for 2 s: then those that are filled start, and each other one begins with a later
 * turn, in phase with them. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_TOGETHER_H
#define LOOPHOLE_STREAMER_TOGETHER_H

#include "services/streamer/play/voice_state.h"

/* A group for the loops of one ask; NULL: there are too many. Its ticket, once it has one, gets a stream_voices, at
 * `until` (steady clock) at the latest, or the fault of a loop that failed. */
struct voice_together *together_new(struct voices *voices, usec_t until);
/* The frame of a press that happens now, for `count` loops. `has_hits`: one of them hits pads. */
void together_aim(struct voice_together *together, struct core_link *core, int32_t grid, uint32_t count, bool has_hits);
/* The same frame as that of a loop of the same ask, which a predecessor started. */
void together_join(struct voice_together *together, const struct voice *started);
/* Its voices are planned for this frame, and added before they are filled. */
void together_place(const struct voice_together *together, struct voice_plan *plan);
void together_add(struct voice_together *together, struct voice *voice);

void together_filled(struct voice *voice); /* in place of voice_filled, for any voice */
void together_tick(struct voices *voices);

/* All active voices; `to->each` has room for STREAMS. */
void together_list(const struct voices *voices, struct stream_voices *to);

#endif
