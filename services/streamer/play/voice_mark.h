/* voice_mark.h: frames of the audio clock at which loops begin and end, and the place of a voice there. */
#ifndef LOOPHOLE_STREAMER_VOICE_MARK_H
#define LOOPHOLE_STREAMER_VOICE_MARK_H

#include "services/streamer/play/voice_state.h"

/* The place of a voice for a capture. Errors (explained): not_found, conflict. */
enum err voice_mark(struct voices *voices, const struct streamer_mark_loop *ask, struct arena *arena,
                    struct loop_mark *to, struct fault *fault);
void voice_line(struct core_link *core, int32_t grid, struct loop_line *to);
uint32_t voice_steps_of(int32_t grid); /* a loop_grid as 16th notes; 0: now */

/* The first line of the grid at this frame or after it; the frame itself while the transport is stopped. */
int64_t voice_line_from(const struct core_link *core, uint32_t steps, int64_t frame);

#endif
