/* set_mixer.h: strips, limiter, routing of the preview. */
#ifndef LOOPHOLE_AUDIO_SET_MIXER_H
#define LOOPHOLE_AUDIO_SET_MIXER_H

#include "services/audio/control/audio.h"

enum err audio_ask_set_strip(struct audio *audio, struct call *call, const struct audio_set_strip *ask,
                             struct mixer *answer);
enum err audio_ask_set_limiter(struct audio *audio, struct call *call, const struct audio_set_limiter *ask,
                               struct mixer *answer);
enum err audio_ask_set_preview(struct audio *audio, struct call *call, const struct audio_set_preview *ask,
                               struct mixer *answer);
enum err audio_ask_monitoring(struct audio *audio, struct call *call, const struct audio_monitoring *ask,
                              struct monitoring *answer);
enum err audio_ask_set_monitoring(struct audio *audio, struct call *call, const struct audio_set_monitoring *ask,
                                  struct monitoring *answer);
void audio_end_monitoring(struct audio *audio);

#endif
