/* pads.h: pads and their hits. */
#ifndef LOOPHOLE_AUDIO_PADS_H
#define LOOPHOLE_AUDIO_PADS_H

#include "services/audio/control/audio.h"

enum err audio_ask_set_pad_controls(struct audio *audio, struct call *call, const struct audio_set_pad_controls *ask,
                                    struct pad_controls_taken *answer);
void audio_end_wait_of_pads(struct audio *audio); /* a change of pads that waited has begun: the score says so */
enum err audio_ask_pads(struct audio *audio, struct call *call, const struct audio_pads *ask, struct pads *answer);
enum err audio_ask_set_pads(struct audio *audio, struct call *call, const struct audio_set_pads *ask,
                            struct pads *answer);
enum err audio_ask_hit(struct audio *audio, struct call *call, const struct audio_hit *ask, struct nothing *answer);
enum err audio_ask_release(struct audio *audio, struct call *call, const struct audio_release *ask,
                           struct nothing *answer);

#endif
