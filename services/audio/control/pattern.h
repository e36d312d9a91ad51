/* pattern.h: checks a pattern message and converts it for the audio thread. Pure. Any thread. */
#ifndef LOOPHOLE_AUDIO_PATTERN_H
#define LOOPHOLE_AUDIO_PATTERN_H

#include "common/rt/score.h"
#include "schema_audio.h"

/* Fills `to` except its serial. The schema has checked the ranges of numbers. This checks steps (X x . only; 16, 32, 48
 * or 64, the same in all rows), and that named voices exist. A row's own values override its voice's. Errors:
 * bad_request, with field and position; use nothing of `to` then. */
enum err pattern_read(const struct pattern *from, struct score_pattern *to, struct fault *fault);

/* Makes `mute` of each row: a row is silent if it is muted, has lost its sound, or is not solo while another one is. */
void pattern_mute_rows(struct score_pattern *pattern);

#endif
