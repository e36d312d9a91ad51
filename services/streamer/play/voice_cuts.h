/* voice_cuts.h: loops whose turns consist of parts. Of such a voice the frames, up to the converters, count from
 * loop_from on in each turn; only a pull and a fade know which frame of the file they mean. */
#ifndef LOOPHOLE_STREAMER_VOICE_CUTS_H
#define LOOPHOLE_STREAMER_VOICE_CUTS_H

#include "services/streamer/play/voice_state.h"

struct voice_pull {
    int64_t from; /* frame of the file; -1: silence */
    uint32_t frames;
};
struct voice_pull voice_cuts_next(const struct voice *voice, uint32_t frames, int64_t end); /* at most so many */

/* Fades and gain of frames of one part, from voice->frame on. */
void voice_cuts_shape(const struct voice *voice, const float *from, float *to, uint32_t frames);
enum err voice_cuts_check(const struct voice_plan *plan, struct fault *fault); /* errors: bad_request */
void voice_cuts_keep(struct handover_voice *handover, const struct voice_plan *plan);
void voice_cuts_mend(struct handover_voice *handover); /* leaves out what cannot be */

#endif
