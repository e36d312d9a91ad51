/* sounding.h: reports the whole sound to the project that stores it, and hears that it has been stored. */
#ifndef LOOPHOLE_AUDIO_SOUNDING_H
#define LOOPHOLE_AUDIO_SOUNDING_H

#include "services/audio/control/audio.h"

enum err audio_ask_sounding(struct audio *audio, struct call *call, const struct audio_sounding *ask,
                            struct sounding *answer);
enum err audio_ask_sounding_kept(struct audio *audio, struct call *call, const struct audio_sounding_kept *ask,
                                 struct nothing *answer);

#endif
