/* The control thread is asked for a pattern just when the queued one begins: the note about that has not arrived. */
#include <stdlib.h>
#include <string.h>

#include "common/rt/cue.h"
#include "proto/service/service_parts.h"
#include "services/audio/control/asked.h"
#include "services/audio/control/audio.h"
#include "services/audio/control/note_events.h"
#include "services/audio/control/rows.h"
#include "services/audio/control/score.h"
#include "services/audio/control/set_pattern.h"
#include "tests/unit/claim.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, make_desk, drop_desk)

enum { NOTES = 8, BAR = 4 /* that plays when a pattern is queued */ };

/* The control thread beside a core that plays bar BAR. */
struct desk {
    struct audio audio;
    struct service service;
    struct schema silent; /* without events */
    struct ring core_notes;
    void *memory[4];
};

static void *make_memory(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);

    assert_non_null(memory);
    memset(memory, 0, size);
    return memory;
}

/* The core plays from the score with this serial. */
static void show_state(struct desk *desk, uint64_t score_serial, uint32_t pattern)
{
    const struct state state = { .at = INT64_MAX / 2, /* never old */
                                 .running = 1,
                                 .step = BAR * SCORE_BAR + SCORE_BAR - 1,
                                 .rate = 48000,
                                 .tempo = 120,
                                 .pattern = pattern,
                                 .score_serial = score_serial };

    slots_put(&desk->audio.state, &state);
}

static int make_desk(void **made)
{
    struct desk *desk = calloc(1, sizeof(*desk));
    struct audio *audio = &desk->audio;

    assert_non_null(desk);
    desk->memory[0] = make_memory(snapshot_size(sizeof(struct score)));
    snapshot_make(desk->memory[0], sizeof(struct score));
    assert_true(snapshot_open(&audio->published, desk->memory[0], sizeof(struct score)));
    desk->memory[1] = make_memory(slots_size(sizeof(struct state)));
    slots_make(desk->memory[1], sizeof(struct state));
    assert_true(slots_open(&audio->state, desk->memory[1], sizeof(struct state)));
    desk->memory[2] = make_memory(ring_size(sizeof(struct note), NOTES));
    ring_make(desk->memory[2], sizeof(struct note), NOTES);
    assert_true(ring_open(&audio->notes, desk->memory[2], sizeof(struct note), NOTES));
    assert_true(ring_open(&desk->core_notes, desk->memory[2], sizeof(struct note), NOTES));
    desk->memory[3] = make_memory(ring_size(sizeof(struct cue), NOTES));
    ring_make(desk->memory[3], sizeof(struct cue), NOTES);
    assert_true(ring_open(&audio->cues, desk->memory[3], sizeof(struct cue), NOTES));
    desk->service.schema = &desk->silent;
    audio->service = &desk->service;
    audio_score_begin(audio);
    audio->score.now.serial = 1;
    show_state(desk, audio->score.serial, 1);
    *made = desk;
    return 0;
}

static int drop_desk(void **made)
{
    struct desk *desk = *made;

    arena_free(&desk->audio.now.arena);
    arena_free(&desk->audio.next.arena);
    arena_free(&desk->audio.replaced.kept.arena);
    asked_forget(&desk->audio);
    for (size_t i = 0; i < sizeof(desk->memory) / sizeof(*desk->memory); i++)
        free(desk->memory[i]);
    free(desk);
    return 0;
}

static void tell_begun(struct desk *desk, uint32_t pattern, int64_t bar)
{
    const struct note note = { .kind = NOTE_NEXT_IS_NOW, .index = bar, .tag = pattern };

    assert_int_equal(ring_write(&desk->core_notes, &note, 1), 1);
    audio_take_notes(&desk->audio);
}

static enum err send_pattern(struct desk *desk, const struct audio_set_pattern *ask, struct queued *queued)
{
    struct call call = { .service = &desk->service, .ask = schema_ask(TEXT("audio.set_pattern")) };
    enum err e;

    assert_non_null(call.ask);
    e = audio_ask_set_pattern(&desk->audio, &call, ask, queued);
    arena_free(&call.arena);
    return e;
}

/* Returns the number of the pattern, which is queued unless it is to begin at once. */
static uint32_t set_pattern(struct desk *desk, double bpm, bool immediate)
{
    struct audio_set_pattern ask = { .immediate = immediate };
    struct queued queued = { 0 };

    ask.pattern.sequencer.has_bpm = bpm > 0;
    ask.pattern.sequencer.bpm = bpm;
    assert_int_equal(send_pattern(desk, &ask, &queued), ERR_OK);
    assert_int_equal(queued.now, immediate);
    return (uint32_t)queued.number;
}

/* An edit of the pattern with a number, which queues a pattern of one row. Returns its number; 0: a conflict. */
static uint32_t edit_pattern(struct desk *desk, uint32_t made_from)
{
    struct row row = { .name = TEXT("hat"), .voice_id = TEXT("voice1"), .pattern = TEXT("x...............") };
    struct audio_set_pattern ask = { .has_made_from = true, .made_from = made_from };
    struct queued queued = { 0 };
    enum err e;

    ask.pattern.sequencer.tracks = (struct row_list){ 1, &row };
    e = send_pattern(desk, &ask, &queued);
    assert_true(e == ERR_OK || e == ERR_CONFLICT);
    return (uint32_t)queued.number;
}

/* The number of the queued pattern that the engine says is an edit of the one that plays; 0: none. */
static uint64_t queued_edit(struct desk *desk)
{
    struct call call = { .service = &desk->service };
    struct pattern_now now = { 0 };

    desk->audio.now.number = desk->audio.score.now.serial; /* the kept pattern of the one that plays */
    assert_int_equal(audio_ask_pattern(&desk->audio, &call, NULL, &now), ERR_OK);
    arena_free(&call.arena);
    assert_true(now.has_newest);
    return now.has_edited ? now.newest : 0;
}

PREPARED_CLAIM(an_edit_of_a_pattern_that_is_not_the_newest_is_refused)
{
    struct desk *desk = *state;
    const uint32_t first = edit_pattern(desk, 1);

    assert_int_not_equal(first, 0);
    assert_int_equal(queued_edit(desk), first);
    assert_int_equal(edit_pattern(desk, 1), 0);
    const uint32_t second = edit_pattern(desk, first);
    assert_int_not_equal(second, 0);
    assert_int_equal(queued_edit(desk), second);
}

PREPARED_CLAIM(a_queued_pattern_that_is_no_edit_is_not_said_to_be_one)
{
    struct desk *desk = *state;
    const uint32_t other = set_pattern(desk, 0, false);

    assert_int_equal(queued_edit(desk), 0);
    assert_int_equal(edit_pattern(desk, 1), 0);
    assert_int_not_equal(edit_pattern(desk, other), 0);
    assert_int_equal(queued_edit(desk), 0); /* of a pattern that never played */
}

PREPARED_CLAIM(an_edit_of_the_playing_pattern_leaves_the_one_that_waits)
{
    struct desk *desk = *state;
    const struct score *score = &desk->audio.score;
    struct audio_set_pattern ask = { .has_made_from = true, .made_from = 1, .has_playing = true, .playing = true };
    struct queued queued = { 0 };
    const uint32_t waits = set_pattern(desk, 0, false);

    desk->audio.score.now.song = 3;
    assert_int_equal(send_pattern(desk, &ask, &queued), ERR_OK);
    assert_true(queued.now && !queued.replaced);
    assert_int_equal(score->now.serial, queued.number);
    assert_int_equal(score->now.song, 3);
    assert_int_equal(score->next.serial, waits);
    assert_int_equal(score->next_bar, BAR + 1);
    assert_int_equal(desk->audio.now.number, queued.number);
    const uint64_t edit = queued.number;
    assert_int_equal(send_pattern(desk, &ask, &queued), ERR_CONFLICT); /* the edit was set since */

    show_state(desk, score->serial, waits);
    tell_begun(desk, waits, BAR + 1);
    assert_int_equal(score->now.serial, waits);
    assert_int_not_equal(set_pattern(desk, 0, false), edit); /* no number comes back */
}

PREPARED_CLAIM(an_edit_of_the_playing_pattern_while_another_edit_of_it_waits_is_refused)
{
    struct desk *desk = *state;
    struct audio_set_pattern ask = { .has_made_from = true, .made_from = 1, .has_playing = true, .playing = true };
    struct queued queued = { 0 };

    assert_int_not_equal(edit_pattern(desk, 1), 0);
    assert_int_equal(send_pattern(desk, &ask, &queued), ERR_CONFLICT); /* the one that waits would undo it */
}

PREPARED_CLAIM(a_row_that_is_muted_while_an_edit_waits_is_muted_in_the_edit)
{
    struct desk *desk = *state;
    struct audio_set_row ask = { .name = TEXT("hat"), .has_mute = true, .mute = true };
    struct call call = { .service = &desk->service, .ask = schema_ask(TEXT("audio.set_row")) };
    struct pattern_rows rows = { 0 };
    const uint32_t first = edit_pattern(desk, 1);

    show_state(desk, desk->audio.score.serial, first);
    tell_begun(desk, first, BAR + 1);
    const uint32_t second = edit_pattern(desk, first);
    assert_int_equal(audio_ask_set_row(&desk->audio, &call, &ask, &rows), ERR_OK);
    assert_int_equal(desk->audio.score.next.serial, second);
    assert_int_equal(desk->audio.score.next.rows[0].mute, 1);
    assert_true(desk->audio.next.pattern.sequencer.tracks.at[0].mute);
    arena_free(&call.arena);
}

PREPARED_CLAIM(a_queued_pattern_that_is_replaced_when_it_has_begun_plays_until_the_next_bar)
{
    struct desk *desk = *state;
    const struct score *score = &desk->audio.score;
    uint32_t begun = set_pattern(desk, 200, false);
    show_state(desk, score->serial, 1);
    uint32_t later = set_pattern(desk, 0, false);

    tell_begun(desk, begun, BAR + 1);
    assert_int_equal(score->now.serial, begun);
    assert_int_equal(score->now.began, BAR + 1);
    assert_int_equal(score->tempo, 200);
    assert_int_equal(score->next.serial, later);
    assert_int_equal(score->next_bar, BAR + 2);
    assert_memory_equal(snapshot_newest(&desk->audio.published), score, sizeof(*score));
    assert_int_equal(desk->audio.now.number, begun);
    assert_int_equal(desk->audio.next.number, later);

    tell_begun(desk, later, BAR + 2);
    assert_int_equal(score->now.serial, later);
    assert_int_equal(score->next_bar, -1);
    assert_int_equal(desk->audio.now.number, later);
}

PREPARED_CLAIM(of_two_that_replace_it_at_once_the_last_is_queued)
{
    struct desk *desk = *state;
    const struct score *score = &desk->audio.score;
    uint32_t begun = set_pattern(desk, 200, false);
    show_state(desk, score->serial, 1);
    (void)set_pattern(desk, 0, false);
    uint32_t last = set_pattern(desk, 0, false);

    tell_begun(desk, begun, BAR + 1);
    assert_int_equal(score->now.serial, begun);
    assert_int_equal(score->next.serial, last);
}

PREPARED_CLAIM(after_an_earlier_one_was_replaced_in_time_the_last_one_counts)
{
    struct desk *desk = *state;
    const struct score *score = &desk->audio.score;

    (void)set_pattern(desk, 0, false);
    uint32_t begun = set_pattern(desk, 0, false);
    show_state(desk, score->serial, 1);
    uint32_t later = set_pattern(desk, 0, false);
    tell_begun(desk, begun, BAR + 1);
    assert_int_equal(score->now.serial, begun);
    assert_int_equal(score->next.serial, later);
}

PREPARED_CLAIM(a_pattern_that_begins_at_once_stays_though_a_queued_one_had_begun)
{
    struct desk *desk = *state;
    const struct score *score = &desk->audio.score;
    uint32_t begun = set_pattern(desk, 200, false);
    show_state(desk, score->serial, 1);
    (void)set_pattern(desk, 0, false);
    uint32_t last = set_pattern(desk, 0, true);

    tell_begun(desk, begun, BAR + 1);
    assert_int_equal(score->now.serial, last);
    assert_int_equal(score->next_bar, -1);
    assert_int_equal(desk->audio.now.number, last);
}
