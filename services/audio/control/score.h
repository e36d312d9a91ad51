/* score.h: the score of this process: adopted from a predecessor or fresh, and published to the audio core. */
#ifndef LOOPHOLE_AUDIO_SCORE_H
#define LOOPHOLE_AUDIO_SCORE_H

#include "services/audio/control/audio.h"

void audio_score_begin(struct audio *audio); /* adopts a predecessor's score, or makes a fresh one */

/* A queued pattern has begun: its tempo and swing, as next_tempo and next_swing of the score, apply now. */
void audio_take_tempo(struct score *score, double tempo, double swing);
void audio_score_publish(struct audio *audio); /* with the next serial, which is a change for the project */

/* The same for a value that no project stores: what the project has stored stays stored. */
void audio_score_publish_apart(struct audio *audio);

/* ---- a replaced pattern ---- */
void audio_replace_next(struct audio *audio);    /* call it before another pattern is queued */
void audio_forget_replaced(struct audio *audio); /* no earlier pattern is to sound */

/* True if the replaced pattern has begun: the score plays it now, with its tempo and swing. */
bool audio_restore_replaced(struct audio *audio, uint32_t serial, int64_t bar);

#endif
