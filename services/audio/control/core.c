#include "services/audio/control/core.h"

enum { FRESH_US = 500000 };

bool core_state(const struct audio *audio, struct state *state)
{
    if (slots_get(&audio->state, state, NULL))
        return true;
    *state = (struct state){ 0 };
    return false;
}

bool core_sounded(const struct audio *audio, usec_t of_late)
{
    struct state state;

    return core_state(audio, &state) && clock_steady() - state.at < of_late;
}

bool core_sounds(const struct audio *audio)
{
    return core_sounded(audio, FRESH_US);
}

bool core_plays_next(const struct score *score, const struct state *state)
{
    return score->next_bar >= 0 && score->next.serial == state->pattern && score->now.serial != state->pattern;
}

struct score_pattern *core_pattern(struct audio *audio)
{
    struct state state;

    (void)core_state(audio, &state);
    return core_plays_next(&audio->score, &state) ? &audio->score.next : &audio->score.now;
}

uint32_t core_song_entry(const struct audio *audio, const struct state *state)
{
    const struct score *score = &audio->score;
    const uint32_t song = core_plays_next(score, state) ? score->next.song : score->now.song;

    return song <= SCORE_SONG ? song : 0; /* anything may have overwritten a predecessor's score */
}
