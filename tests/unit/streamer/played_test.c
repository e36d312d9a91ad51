/* The record of what persons play on the pads: each note once, over deaths, over its room, and over damage. */
#include <math.h>

#include "services/streamer/played/played.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

#define RECORD_CLAIM(name) CLAIM_WITH(name, make_record, free_record)

static int make_record(void **state)
{
    struct played_memory *memory = calloc(1, sizeof(*memory));

    assert_non_null(memory);
    memory->version = PLAYED_VERSION;
    *state = memory;
    return 0;
}

static int free_record(void **state)
{
    free(*state);
    return 0;
}

static struct note hit_of(int64_t frame, uint32_t pad)
{
    return (struct note){ .kind = NOTE_PAD_HIT,
                          .frame = frame,
                          .index = (int64_t)(3.5 * NOTE_STEP),
                          .voice = pad,
                          .value = 0.5F,
                          .step = 6000,
                          .rolls = 2 };
}

static struct played read_all(const struct played_memory *memory, uint64_t from, struct arena *arena)
{
    struct played played = { 0 };

    played_describe(memory, from, arena, &played);
    return played;
}

RECORD_CLAIM(hits_releases_and_bars_are_lines_and_other_notes_are_not)
{
    struct note note = hit_of(1000, 7);
    struct arena arena = { 0 };
    struct played played;

    played_note(*state, &note, 0);
    note.kind = NOTE_CUE_DONE;
    played_note(*state, &note, 1);
    note.kind = NOTE_PAD_RELEASED;
    note.index = NOTE_NO_PLACE;
    note.frame = 1500;
    played_note(*state, &note, 2);
    note = (struct note){ .kind = NOTE_BAR, .index = 3, .frame = 2000, .step = 5000, .rolls = 2 };
    played_note(*state, &note, 3);
    played = read_all(*state, 0, &arena);
    assert_int_equal(played.events.count, 3);
    assert_int_equal(played.events.at[0].kind.value, PLAYED_KIND_HIT);
    assert_int_equal(played.events.at[0].pad, 7);
    assert_true(played.events.at[0].has_place && fabs(played.events.at[0].place - 3.5) < 1e-9);
    assert_int_equal(played.events.at[1].kind.value, PLAYED_KIND_RELEASE);
    assert_false(played.events.at[1].has_place);
    assert_int_equal(played.events.at[2].kind.value, PLAYED_KIND_BAR);
    assert_true(fabs(played.events.at[2].place - 48) < 1e-9);
    assert_false(played.events.at[2].has_pad);
    arena_free(&arena);
}

RECORD_CLAIM(a_note_that_a_successor_reads_again_is_one_line)
{
    struct arena arena = { 0 };

    for (uint64_t index = 0; index < 100; index++) {
        struct note note = hit_of(1000 + (int64_t)index, 1);
        played_note(*state, &note, index);
        played_note(*state, &note, index);
    }
    for (uint64_t index = 90; index < 110; index++) { /* the reading position was not stored */
        struct note note = hit_of(1000 + (int64_t)index, 1);
        played_note(*state, &note, index);
    }
    const struct played played = read_all(*state, 0, &arena);
    assert_int_equal(played.events.count, 110);
    for (uint32_t i = 0; i < 110; i++)
        assert_int_equal(played.events.at[i].frame, 1000 + i);
    arena_free(&arena);
}

RECORD_CLAIM(notes_of_a_ring_that_counts_from_0_again_are_recorded)
{
    struct arena arena = { 0 };
    struct note note = hit_of(1000, 1);

    for (uint64_t index = 500; index < 600; index++)
        played_note(*state, &note, index);
    note.frame = 9000;
    played_note(*state, &note, 0);
    note.frame = 9001;
    played_note(*state, &note, 1);
    const struct played played = read_all(*state, 0, &arena);
    assert_int_equal(played.events.count, 102);
    assert_int_equal(played.events.at[101].frame, 9001);
    arena_free(&arena);
}

RECORD_CLAIM(the_newest_lines_are_kept_and_read_in_pieces)
{
    enum { ALL = PLAYED_LINES + 1000 };
    struct arena arena = { 0 };
    uint64_t at = 0, seen = 0;

    for (uint64_t index = 0; index < ALL; index++) {
        struct note note = hit_of((int64_t)index, 1);
        played_note(*state, &note, index);
    }
    for (bool more = true; more;) {
        const struct played played = read_all(*state, at, &arena);
        assert_int_equal(played.first, 1000);
        for (uint32_t i = 0; i < played.events.count; i++)
            assert_int_equal(played.events.at[i].frame, 1000 + seen++);
        at = played.next;
        more = played.more;
        arena_reset(&arena);
    }
    assert_int_equal(seen, PLAYED_LINES);
    arena_free(&arena);
}

RECORD_CLAIM(lost_hits_are_a_line_with_their_number_before_the_next_note)
{
    struct arena arena = { 0 };
    struct note note = hit_of(1000, 1);

    played_note(*state, &note, 0);
    note.frame = 2000;
    note.lost = 37;
    played_note(*state, &note, 1);
    played_note(*state, &note, 1);
    note.frame = 3000;
    played_note(*state, &note, 2);
    note.lost = 40;
    note.frame = 4000;
    played_note(*state, &note, 3);
    note.lost = 0; /* a fresh core */
    note.frame = 5000;
    played_note(*state, &note, 4);
    const struct played played = read_all(*state, 0, &arena);
    static const int32_t kinds[] = { PLAYED_KIND_HIT,  PLAYED_KIND_LOST, PLAYED_KIND_HIT, PLAYED_KIND_HIT,
                                     PLAYED_KIND_LOST, PLAYED_KIND_HIT,  PLAYED_KIND_HIT };
    assert_int_equal(played.events.count, 7);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(played.events.at[i].kind.value, kinds[i]);
    assert_int_equal(played.events.at[1].lost, 37);
    assert_int_equal(played.events.at[4].lost, 3);
    arena_free(&arena);
}

RECORD_CLAIM(damaged_lines_are_left_out)
{
    struct played_memory *memory = *state;
    struct arena arena = { 0 };
    uint32_t seed = 1;

    for (uint32_t i = 0; i < sizeof(memory->lines) / 4; i++) {
        seed = seed * 1664525 + 1013904223;
        memcpy((uint8_t *)memory->lines + 4 * (size_t)i, &seed, 4);
    }
    atomic_store(&memory->count, PLAYED_LINES);
    for (uint64_t at = 0; at < PLAYED_LINES;) {
        const struct played played = read_all(memory, at, &arena);
        for (uint32_t i = 0; i < played.events.count; i++) {
            const struct played_event *event = &played.events.at[i];
            assert_in_range(event->kind.value, 0, PLAYED_KIND_LOST);
            assert_true(event->pad < SCORE_PADS && llabs(event->frame) <= INT64_C(1) << 53 && event->velocity >= 0 &&
                        event->velocity <= 1);
        }
        at = played.next;
        arena_reset(&arena);
    }
    arena_free(&arena);
}

/* A new engine has the lines of the one before, at frames before its own. */
RECORD_CLAIM(the_record_goes_on_after_the_end_of_the_engine)
{
    struct played_memory *memory = *state, *other = calloc(1, sizeof(*other));
    struct arena arena = { 0 };
    char folder[] = "/tmp/loophole-played.XXXXXX", path[64];
    struct played played;
    struct note hit;

    assert_non_null(mkdtemp(folder));
    for (uint32_t i = 0; i < 3; i++) {
        hit = hit_of(1000 + i, i);
        played_note(memory, &hit, i);
    }
    played_keep(memory, folder);
    assert_non_null(other);
    played_restore(other, folder);
    played = read_all(other, 0, &arena);
    assert_int_equal(played.events.count, 3);
    assert_int_equal(played.events.at[0].frame, -3);
    assert_int_equal(played.events.at[2].frame, -1);
    assert_int_equal(played.events.at[2].pad, 2);
    assert_true(played.events.at[2].rolls != hit.rolls);
    hit = hit_of(0, 9);
    played_note(other, &hit, 0);
    assert_int_equal(read_all(other, 3, &arena).events.at[0].pad, 9);
    played_restore(other, folder); /* a successor has it in memory */
    assert_int_equal(read_all(other, 0, &arena).events.count, 4);
    (void)snprintf(path, sizeof(path), "%s/played", folder);
    for (off_t size = 0; size < 8 + 3 * 32; size++) {
        memset(other, 0, sizeof(*other));
        played_keep(memory, folder);
        assert_int_equal(truncate(path, size), 0);
        played_restore(other, folder);
        assert_int_equal(read_all(other, 0, &arena).events.count, 0);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    arena_free(&arena);
    free(other);
}

/* Each engine counts its rolls from 0: three of them in a row have the same numbers. */
RECORD_CLAIM(the_rolls_of_earlier_engines_are_not_joined)
{
    char folder[] = "/tmp/loophole-played.XXXXXX", path[64];
    struct played_memory *memory = *state;
    struct arena arena = { 0 };
    struct played played;

    assert_non_null(mkdtemp(folder));
    for (uint32_t engine = 0; engine < 3; engine++) {
        memset(memory, 0, sizeof(*memory));
        played_restore(memory, folder);
        for (uint32_t i = 0; i < 2; i++) {
            const struct note hit = hit_of(1000 + i, 1);
            played_note(memory, &hit, i);
        }
        played_keep(memory, folder);
    }
    played = read_all(memory, 0, &arena);
    assert_int_equal(played.events.count, 6);
    for (uint32_t i = 0; i < 6; i++)
        for (uint32_t k = 0; k < 6; k++)
            assert_int_equal(played.events.at[i].rolls == played.events.at[k].rolls, i / 2 == k / 2);
    memory->lines[0].frame = memory->lines[1].frame = INT64_MIN;
    played_keep(memory, folder);
    memset(memory, 0, sizeof(*memory));
    played_restore(memory, folder);
    assert_int_equal(atomic_load(&memory->count), 4);
    memory->lines[3].frame = INT64_MAX;
    played_keep(memory, folder);
    memset(memory, 0, sizeof(*memory));
    played_restore(memory, folder);
    assert_int_equal(atomic_load(&memory->count), 0);
    (void)snprintf(path, sizeof(path), "%s/played", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    arena_free(&arena);
}
