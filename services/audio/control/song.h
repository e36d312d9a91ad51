/* song.h: patterns that are the entries of a song. The project service sets each entry while the one before plays; the
 * bars are counted here, so the next one begins on its bar. The score has all of it, so it outlives this process. The
 * control thread. */
#ifndef LOOPHOLE_AUDIO_SONG_H
#define LOOPHOLE_AUDIO_SONG_H

#include "services/audio/control/audio.h"

/* Refuses an entry that follows a pattern which does not play, or after which another one is queued. Errors
 * (explained): conflict. */
enum err song_check(struct audio *audio, struct call *call, const struct audio_set_pattern *ask);

/* The bar after the last one of the entry that plays; `least` if it is past already. */
int64_t song_bar(struct audio *audio, int64_t least);

/* Marks a pattern as the entry of a song that begins at `bar`, if the ask says so. */
void song_mark(struct score_pattern *pattern, const struct audio_set_pattern *ask, int64_t bar);

/* The next cue moves the transport to `bar`: the playing entry begins there with all its bars. */
void song_move(struct audio *audio, int64_t bar);

/* The pattern that plays is no entry of a song any more, and the next entry is withdrawn. A song belongs to a project,
 * so it ends when the core gets the sound of another one. The caller publishes the score. */
void song_leave(struct audio *audio, struct call *call);

/* The ask for that. */
enum err audio_ask_leave_song(struct audio *audio, struct call *call, const struct audio_leave_song *ask,
                              struct transport_state *answer);

#endif
