#include "services/audio/control/rows.h"

#include <string.h>

#include "services/audio/control/asked.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/pattern.h"
#include "services/audio/control/score.h"

/* NULL: none plays. */
static struct score_pattern *playing_pattern(struct audio *audio)
{
    struct score_pattern *pattern = core_pattern(audio);

    return pattern->serial ? pattern : NULL;
}

/* Anything may have overwritten a predecessor's score. */
static struct text name_of(const struct score_row *row)
{
    struct text name = { (uint32_t)strnlen(row->name, SCORE_NAME), row->name };

    return text_is_utf8(name) ? name : (struct text){ 0 };
}

static void report_rows(struct call *call, const struct score_pattern *pattern, struct pattern_rows *answer)
{
    struct row_state *each = arena_array(call_arena(call), SCORE_ROWS, sizeof(*each));

    *answer = (struct pattern_rows){ .number = pattern->serial, .each = { 0, each } };
    for (uint32_t i = 0; i < SCORE_ROWS; i++) {
        const struct score_row *row = &pattern->rows[i];
        if (row->used)
            each[answer->each.count++] = (struct row_state){ .row = i,
                                                             .name = name_of(row),
                                                             .mute = row->muted != 0,
                                                             .solo = row->solo != 0,
                                                             .sounds = row->mute == 0,
                                                             .has_absent = row->soundless != 0,
                                                             .absent = true };
    }
}

static enum err refuse_no_pattern(struct call *call)
{
    (void)refuse(call, ERR_NOT_FOUND, "no pattern plays");
    return fault_hint(call_fault(call), "set one with audio.set_pattern, or `loophole pattern FILE.json`");
}

enum err audio_ask_rows(struct audio *audio, struct call *call, const struct audio_rows *ask,
                        struct pattern_rows *answer)
{
    const struct score_pattern *pattern = playing_pattern(audio);

    (void)ask;
    if (!pattern)
        return refuse_no_pattern(call);
    report_rows(call, pattern, answer);
    return ERR_OK;
}

static enum err find_row(struct call *call, const struct score_pattern *pattern, const struct audio_set_row *ask,
                         uint32_t *number)
{
    for (uint32_t i = 0; i < SCORE_ROWS; i++) {
        if (!pattern->rows[i].used ||
            (ask->has_row ? i != ask->row : !text_equal(name_of(&pattern->rows[i]), ask->name)))
            continue;
        *number = i;
        return ERR_OK;
    }
    if (ask->has_row) /* people count from 1 */
        (void)refuse(call, ERR_NOT_FOUND, "the pattern has no row %llu", (unsigned long long)ask->row + 1);
    else
        (void)refuse(call, ERR_NOT_FOUND, "the pattern has no row \"%.*s\"", TEXT_ARG(ask->name));
    return fault_hint(call_fault(call), "`loophole pattern rows` lists them");
}

/* Changes the row in the kept pattern too, which clients and the project read. */
static void keep_row(struct audio *audio, struct call *call, const struct score_pattern *pattern, uint32_t number)
{
    struct kept_pattern *kept = audio->next.number == pattern->serial ? &audio->next : &audio->now;
    const struct score_row *now = &pattern->rows[number];
    bool is_queued = score_has_next(&audio->score) && pattern != &audio->score.next;

    if (kept->number == pattern->serial && number < kept->pattern.sequencer.tracks.count) {
        struct row *row = &kept->pattern.sequencer.tracks.at[number];
        row->mute = now->muted != 0;
        row->has_solo = row->solo = now->solo != 0;
    }
    if (!is_queued) /* otherwise the queued pattern is the latest one that was asked for */
        asked_note_row(audio, call, number, now);
}

static void change_row(struct audio *audio, struct call *call, struct score_pattern *pattern, uint32_t number,
                       const struct audio_set_row *ask)
{
    struct score_row *row = &pattern->rows[number];

    row->muted = ask->has_mute ? ask->mute : row->muted;
    row->solo = ask->has_solo ? ask->solo : row->solo;
    pattern_mute_rows(pattern);
    keep_row(audio, call, pattern, number);
}

/* NULL: no edit of the pattern that plays waits for its bar, or this row of it is another one. */
static struct score_pattern *queued_edit(struct audio *audio, const struct score_pattern *playing, uint32_t number)
{
    struct score_pattern *next = &audio->score.next;
    const bool waits =
        score_has_next(&audio->score) && playing != next && audio->next.is_edit && audio->next.number == next->serial;

    return waits && next->rows[number].used && text_equal(name_of(&next->rows[number]), name_of(&playing->rows[number]))
               ? next
               : NULL;
}

enum err audio_ask_set_row(struct audio *audio, struct call *call, const struct audio_set_row *ask,
                           struct pattern_rows *answer)
{
    struct score_pattern *pattern = playing_pattern(audio), *edit;
    uint32_t number = 0;
    enum err e;

    if (!pattern)
        return refuse_no_pattern(call);
    if ((e = find_row(call, pattern, ask, &number)) != ERR_OK)
        return e;
    change_row(audio, call, pattern, number, ask);
    if ((edit = queued_edit(audio, pattern, number)))
        change_row(audio, call, edit, number, ask);
    audio_score_publish(audio);
    report_rows(call, pattern, answer);
    return change_end(audio, call, ERR_OK, answer);
}
