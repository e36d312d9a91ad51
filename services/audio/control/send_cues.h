/* send_cues.h: sends cues to the audio thread. */
#ifndef LOOPHOLE_AUDIO_SEND_CUES_H
#define LOOPHOLE_AUDIO_SEND_CUES_H

#include "services/audio/control/audio.h"

/* Sends all of `count` cues at their frames, or none. If they are the ask's only effect, `answer` is the call's answer.
 * NULL: recall_prepare was called for all effects, or the ask may be repeated. While the core runs no periods,
 * audio_cues and audio_cue defer cues with an answer, and their ask, for some seconds (late_cues.h). A transport ask
 * that moves to a bar at once moves the song too, when its cues are sent (song_move). Errors: busy, offline. */
enum err audio_cues_now(struct audio *audio, struct call *call, struct cue *cues, uint32_t count, const void *answer);
enum err audio_cues(struct audio *audio, struct call *call, struct cue *cues, uint32_t count, const void *answer);
enum err audio_cue(struct audio *audio, struct call *call, struct cue cue, const void *answer);
bool audio_is_of_transport(const struct call *call); /* the ask's answer is the transport, so its cues are all of it */
void audio_send_late(struct audio *audio);           /* sends and answers the deferred cues that are due */

/* As audio_cue, at the frame `at` if the ask has one. */
enum err audio_cue_at(struct audio *audio, struct call *call, struct cue cue, bool has_at, int64_t at,
                      const void *answer);

/* Refuses now what audio_cues_now would refuse for so many cues, before the ask has changed the score. */
enum err audio_may_cue(const struct audio *audio, struct call *call, uint32_t count, const void *answer);

/* Changes the core's last state to that of the next period, by the cues that were sent. */
void audio_expect(const struct audio *audio, struct state *state);
uint64_t audio_effects(const struct audio *audio); /* rises with each cue and each score; survives the process */

#endif
