/* The control thread is asked for a pattern just when the queued one begins: the note about that has not arrived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/rt/cue.h"
#include "proto/service/service_parts.h"
#include "services/audio/control/asked.h"
#include "services/audio/control/audio.h"

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

/* Returns the number of the pattern, which is queued unless it is to begin at once. */
static uint32_t set_pattern(struct desk *desk, double bpm, bool immediate)
{
    struct audio_set_pattern ask = { .immediate = immediate };
    struct call call = { .service = &desk->service, .ask = schema_ask(TEXT("audio.set_pattern")) };
    struct queued queued = { 0 };

    assert_non_null(call.ask);
    ask.pattern.sequencer.has_bpm = bpm > 0;
    ask.pattern.sequencer.bpm = bpm;
    assert_int_equal(audio_ask_set_pattern(&desk->audio, &call, &ask, &queued), ERR_OK);
    assert_int_equal(queued.now, immediate);
    arena_free(&call.arena);
    return (uint32_t)queued.number;
}

static void tell_begun(struct desk *desk, uint32_t pattern, int64_t bar)
{
    const struct note note = { .kind = NOTE_NEXT_IS_NOW, .index = bar, .tag = pattern };

    assert_int_equal(ring_write(&desk->core_notes, &note, 1), 1);
    audio_take_notes(&desk->audio);
}

static void a_queued_pattern_that_is_replaced_when_it_has_begun_plays_until_the_next_bar(void **made)
{
    struct desk *desk = *made;
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

static void of_two_that_replace_it_at_once_the_last_is_queued(void **made)
{
    struct desk *desk = *made;
    const struct score *score = &desk->audio.score;
    uint32_t begun = set_pattern(desk, 200, false);
    show_state(desk, score->serial, 1);
    (void)set_pattern(desk, 0, false);
    uint32_t last = set_pattern(desk, 0, false);

    tell_begun(desk, begun, BAR + 1);
    assert_int_equal(score->now.serial, begun);
    assert_int_equal(score->next.serial, last);
}

static void after_an_earlier_one_was_replaced_in_time_the_last_one_counts(void **made)
{
    struct desk *desk = *made;
    const struct score *score = &desk->audio.score;

    (void)set_pattern(desk, 0, false);
    uint32_t begun = set_pattern(desk, 0, false);
    show_state(desk, score->serial, 1);
    uint32_t later = set_pattern(desk, 0, false);
    tell_begun(desk, begun, BAR + 1);
    assert_int_equal(score->now.serial, begun);
    assert_int_equal(score->next.serial, later);
}

static void a_pattern_that_begins_at_once_stays_though_a_queued_one_had_begun(void **made)
{
    struct desk *desk = *made;
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

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, make_desk, drop_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_queued_pattern_that_is_replaced_when_it_has_begun_plays_until_the_next_bar),
        CLAIM(of_two_that_replace_it_at_once_the_last_is_queued),
        CLAIM(after_an_earlier_one_was_replaced_in_time_the_last_one_counts),
        CLAIM(a_pattern_that_begins_at_once_stays_though_a_queued_one_had_begun),
    };
    return cmocka_run_group_tests_name("audio/set_pattern", tests, NULL, NULL);
}
