/* voice_acts.h: what persons did with voices and pads, for captures of loops. It lies in the handover, so it survives
 * this process; the oldest of HANDOVER_ACTS makes room. */
#ifndef LOOPHOLE_STREAMER_VOICE_ACTS_H
#define LOOPHOLE_STREAMER_VOICE_ACTS_H

#include "services/streamer/play/voice_state.h"

/* Of the current piece; `deed` is a loop_deed. A stop at CUE_NOW: it was played to its end. */
void voice_acts_add(struct voice *voice, int32_t deed, int64_t frame, double value);
void voice_acts_pause(struct voice *voice, const struct note *note);
void voice_acts_note(struct voices *voices, const struct note *note); /* of a pad */
void voice_acts_since(const struct voices *voices, int64_t since, struct arena *arena, struct loop_mark *to);

#endif
