/* core.h: what the core does now, as it publishes it once a period, and the pattern that it plays. Any file of the
 * control thread may ask. */
#ifndef LOOPHOLE_AUDIO_CORE_H
#define LOOPHOLE_AUDIO_CORE_H

#include "services/audio/control/audio.h"

bool core_state(const struct audio *audio, struct state *state); /* false: no core has run yet; `state` is then zero */
bool core_sounds(const struct audio *audio);                     /* some core runs periods now */
bool core_sounded(const struct audio *audio, usec_t of_late);    /* some core ran periods within `of_late` */

/* The queued pattern plays, and its note has not been read. */
bool core_plays_next(const struct score *score, const struct state *state);

/* The pattern that plays: a new one may play before its note has arrived. Its serial is 0 if none was set. */
struct score_pattern *core_pattern(struct audio *audio);

/* The entry of a song that plays; 0: none. */
uint32_t core_song_entry(const struct audio *audio, const struct state *state);

#endif
