/* replaced.c: a queued pattern that another one replaces just when it begins. The control thread does not know yet that
 * it has begun, so the score lacks the pattern that plays, and the core plays the former one again. With the note that
 * the replaced pattern has begun, the score gets it back. */
#include "services/audio/control/audio.h"

/* A pattern that was replaced before may still begin, until the core has a score without it. */
static bool may_begin(const struct audio *audio, const struct replaced_pattern *replaced)
{
    struct state state;

    (void)audio_state(audio, &state);
    return replaced->pattern.serial && state.score_serial < replaced->gone;
}

void audio_replace_next(struct audio *audio)
{
    const struct score *score = &audio->score;
    struct replaced_pattern *replaced = &audio->replaced;
    const struct kept_pattern spare = replaced->kept;

    if (score->next_bar < 0 || may_begin(audio, replaced))
        return;
    *replaced = (struct replaced_pattern){ .pattern = score->next,
                                           .tempo = score->next_tempo,
                                           .swing = score->next_swing,
                                           .kept = audio->next,
                                           .gone = score->serial + 1 };
    audio->next = spare;
    audio->next.number = 0;
}

void audio_forget_replaced(struct audio *audio)
{
    audio->replaced.pattern.serial = 0;
}

bool audio_restore_replaced(struct audio *audio, uint32_t serial, int64_t bar)
{
    struct score *score = &audio->score;
    struct replaced_pattern *replaced = &audio->replaced;
    const struct kept_pattern spare = audio->now;

    if (serial == 0 || replaced->pattern.serial != serial)
        return false;
    score->now = replaced->pattern;
    audio_take_tempo(score, replaced->tempo, replaced->swing);
    if (score_has_next(score) && score->next_bar <= bar)
        score->next_bar = score->next.began = bar + 1;
    audio->now = replaced->kept;
    replaced->kept = spare;
    audio_forget_replaced(audio);
    return true;
}
