#include "services/audio/control/score.h"

#include <string.h>

#include "services/audio/control/core.h"
#include "services/audio/control/pad.h"
#include "services/audio/control/pattern.h"

static bool is_within(double value, double min, double max)
{
    return value >= min && value <= max; /* false for NaN */
}

/* Anything may have overwritten a predecessor's score. */
static bool is_whole(const struct score *score)
{
    bool whole = score->serial > 0 && is_within(score->tempo, 20, 400) && is_within(score->swing, 0, 0.999) &&
                 is_within(score->limiter_ceiling, 0.1, 1) && is_within(score->master.gain, 0, 4) &&
                 score->sync <= SYNC_FOLLOW_MIDI && score->limiter <= LIMIT_TRUE_PEAKS;

    for (uint32_t i = 0; i < GROUPS; i++)
        whole = whole && is_within(score->groups[i].gain, 0, 4) && is_within(score->groups[i].pan, -1, 1);
    return whole;
}

static struct score fresh_score(const struct audio *audio)
{
    struct score score = { .kept_serial = 1,
                           .tempo = 120,
                           .next_bar = -1,
                           .limiter_ceiling = 0.9885F,
                           .limiter = audio->limiter,
                           .master = { .gain = 1 } };

    const struct pattern none = { 0 };

    (void)pattern_read(&none, &score.now, NULL); /* pads and sounds use its effects */
    for (uint32_t i = 0; i < GROUPS; i++)
        score.groups[i].gain = 1;
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        score.pads[i] = pad_empty();
    return score;
}

static void publish_next(struct audio *audio)
{
    audio->score.serial++;
    memcpy(snapshot_draft(&audio->published), &audio->score, sizeof(audio->score));
    snapshot_publish(&audio->published);
    audio->named.is_due = true;
}

void audio_take_tempo(struct score *score, double tempo, double swing)
{
    score->tempo = tempo > 0 ? tempo : score->tempo;
    score->swing = swing >= 0 ? swing : score->swing;
}

void audio_score_publish(struct audio *audio)
{
    publish_next(audio);
    audio->changed = audio->score.serial;
}

void audio_score_publish_apart(struct audio *audio)
{
    struct score *score = &audio->score;

    if (score->kept_serial >= score->serial)
        score->kept_serial = score->serial + 1;
    publish_next(audio);
}

/* An earlier version left bend and resonance of an empty pad at 0. No client can set such a resonance. */
static void empty_older_pads(struct score *score)
{
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        if (!(score->pads[i].resonance > 0))
            score->pads[i] = pad_empty();
}

void audio_score_begin(struct audio *audio)
{
    memcpy(&audio->score, snapshot_newest(&audio->published), sizeof(audio->score));
    audio->changed = audio->score.serial;
    if (is_whole(&audio->score)) {
        empty_older_pads(&audio->score);
        return;
    }
    audio->score = fresh_score(audio);
    audio_score_publish(audio);
}

/* ---- a queued pattern that another one replaces just when it begins: the control thread does not know yet that it has
 * begun, so the score lacks the pattern that plays, and the core plays the former one again. With the note that the
 * replaced pattern has begun, the score gets it back ---- */

/* A pattern that was replaced before may still begin, until the core has a score without it. */
static bool may_begin(const struct audio *audio, const struct replaced_pattern *replaced)
{
    struct state state;

    (void)core_state(audio, &state);
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
