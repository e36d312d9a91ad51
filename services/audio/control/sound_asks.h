/* sound_asks.h: single sounds, and a panic. */
#ifndef LOOPHOLE_AUDIO_SOUND_ASKS_H
#define LOOPHOLE_AUDIO_SOUND_ASKS_H

#include "services/audio/control/audio.h"

enum err audio_ask_panic(struct audio *audio, struct call *call, const struct audio_panic *ask, struct nothing *answer);
enum err audio_ask_start_sound(struct audio *audio, struct call *call, const struct audio_start_sound *ask,
                               struct sound_started *answer);
enum err audio_ask_set_sound(struct audio *audio, struct call *call, const struct audio_set_sound *ask,
                             struct nothing *answer);
enum err audio_ask_stop_sound(struct audio *audio, struct call *call, const struct audio_stop_sound *ask,
                              struct nothing *answer);
enum err audio_ask_send_midi(struct audio *audio, struct call *call, const struct audio_send_midi *ask,
                             struct nothing *answer);

#endif
