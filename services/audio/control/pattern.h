/* pattern.h: a pattern as a message, checked whole and turned into what the audio thread plays. Pure. Any thread. */
#ifndef LOOPHOLE_AUDIO_PATTERN_H
#define LOOPHOLE_AUDIO_PATTERN_H

#include "common/rt/score.h"
#include "schema_audio.h"

/* Fills `to` but for its serial; nothing is applied when anything is wrong. Bounds of numbers are the schema's; what
 * remains: steps (X x . and nothing else; 16, 32, 48 or 64, the same in all rows), voices that are there. A row's own
 * values win over its voice's. Errors: bad_request, with the field and the position in it. */
enum err pattern_read(const struct pattern *from, struct score_pattern *to, struct fault *fault);

#endif
