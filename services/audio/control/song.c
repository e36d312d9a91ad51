#include "services/audio/control/song.h"

#include "services/audio/control/asked.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/report.h"
#include "services/audio/control/score.h"

enum { BARS_MOST = 1024 };

enum err song_check(struct audio *audio, struct call *call, const struct audio_set_pattern *ask)
{
    const struct score_pattern *playing = core_pattern(audio);

    if (!ask->has_after || (playing->serial == ask->after && playing->song > 0 &&
                            (playing == &audio->score.next || !score_has_next(&audio->score))))
        return ERR_OK;
    (void)refuse(call, ERR_CONFLICT, "pattern %llu of the song does not play, or another one is queued",
                 (unsigned long long)ask->after);
    return fault_hint(call_fault(call), "`loophole song play` begins the song again");
}

int64_t song_bar(struct audio *audio, int64_t least)
{
    const struct score_pattern *playing = core_pattern(audio);
    const int64_t bars = playing->bars > 0 && playing->bars <= BARS_MOST ? playing->bars : 1;
    const int64_t begin = playing->began < least ? playing->began : least;

    return begin + bars > least ? begin + bars : least;
}

void song_mark(struct score_pattern *pattern, const struct audio_set_pattern *ask, int64_t bar)
{
    pattern->began = bar;
    pattern->song = ask->has_song ? (uint32_t)ask->song : 0;
    pattern->bars = ask->has_bars && ask->bars > 0 ? (uint32_t)ask->bars : pattern->steps / SCORE_BAR;
}

/* Before the cue, so the next entry does not begin early when the transport goes forward. Going back, its old bar is
 * later anyway, unless a bar begins just now. */
void song_move(struct audio *audio, int64_t bar)
{
    struct score_pattern *playing = core_pattern(audio);

    if (playing->song == 0)
        return;
    playing->began = bar;
    if (playing == &audio->score.now && score_has_next(&audio->score) && audio->score.next.song > 0)
        audio->score.next_bar = audio->score.next.began = song_bar(audio, bar);
    audio_score_publish_apart(audio);
}

void song_leave(struct audio *audio, struct call *call)
{
    struct score *score = &audio->score;
    const bool has_begun = core_pattern(audio) == &score->next;

    if (score->next.song > 0 && score_has_next(score) && !has_begun) {
        score->next_bar = SCORE_NEVER;
        asked_note_playing(audio, call);
    }
    score->now.song = score->next.song = 0;
}

enum err audio_ask_leave_song(struct audio *audio, struct call *call, const struct audio_leave_song *ask,
                              struct transport_state *answer)
{
    (void)ask;
    song_leave(audio, call);
    audio_score_publish(audio);
    return change_end(audio, call, audio_ask_transport(audio, call, NULL, answer), answer);
}
