/* set_pattern.h: loads the sounds of a pattern, begins it, keeps what was set, takes what a project noted. */
#ifndef LOOPHOLE_AUDIO_SET_PATTERN_H
#define LOOPHOLE_AUDIO_SET_PATTERN_H

#include "services/audio/control/audio.h"

enum err audio_ask_pattern(struct audio *audio, struct call *call, const struct audio_pattern *ask,
                           struct pattern_now *answer);
enum err audio_ask_set_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                               struct queued *answer);
enum err audio_ask_note_pattern(struct audio *audio, struct call *call, const struct audio_note_pattern *ask,
                                struct nothing *answer);

#endif
