/* rows.h: mute and solo of the rows of the pattern that plays. */
#ifndef LOOPHOLE_AUDIO_ROWS_H
#define LOOPHOLE_AUDIO_ROWS_H

#include "services/audio/control/audio.h"

enum err audio_ask_rows(struct audio *audio, struct call *call, const struct audio_rows *ask,
                        struct pattern_rows *answer);
enum err audio_ask_set_row(struct audio *audio, struct call *call, const struct audio_set_row *ask,
                           struct pattern_rows *answer);

#endif
