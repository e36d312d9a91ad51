/* Patterns as MIDI files: exact ticks, the same steps after export and import, foreign and hostile files. */
#include <stdio.h>
#include <string.h>

#include "store/pattern/midi_export.h"
#include "store/pattern/midi_import.h"
#include "store/pattern/pattern_check.h"
#include "tests/unit/claim.h"

#define FIXTURE_CLAIM(name) CLAIM_WITH(name, make_fixture, free_fixture)

struct fixture {
    struct arena arena;
    struct fault fault;
    struct remarks remarks;
    struct pattern pattern;
    struct midi_file midi;
    struct buffer bytes;
};

static int make_fixture(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){ .remarks.arena = &fixture.arena };
    *state = &fixture;
    return 0;
}

static int free_fixture(void **state)
{
    struct fixture *fixture = *state;

    arena_free(&fixture->arena);
    buffer_free(&fixture->bytes);
    return 0;
}

static uint32_t draw_number(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static void forget_remarks(struct fixture *fixture)
{
    fixture->remarks.list = (struct text_list){ 0 };
}

static bool is_remarked(const struct fixture *fixture, const char *words)
{
    for (uint32_t i = 0; i < fixture->remarks.list.count; i++)
        if (strstr(fixture->remarks.list.at[i].at, words))
            return true;
    return false;
}

/* Export, a file, import. */
static void pass_through_a_file(struct fixture *fixture, struct pattern *back)
{
    struct midi_file read;

    buffer_reset(&fixture->bytes);
    midi_export(&fixture->pattern, &fixture->arena, &fixture->midi, &fixture->remarks);
    midi_file_write(&fixture->midi, &fixture->bytes);
    if (midi_file_read(buffer_bytes(&fixture->bytes), &fixture->arena, &read, &fixture->fault) != ERR_OK)
        fail_msg("%s", fixture->fault.what);
    forget_remarks(fixture);
    if (midi_import(&read, &fixture->arena, back, &fixture->remarks, &fixture->fault) != ERR_OK)
        fail_msg("%s", fixture->fault.what);
    assert_int_equal(pattern_check(back, PATTERN_IN_MESSAGE, &fixture->fault), ERR_OK);
}

static void fill_row(struct fixture *fixture, struct row *row, uint32_t index, uint32_t steps, uint64_t *seed)
{
    static const double gates[] = { 0.01, 0.2, 0.5, 0.77, 1 };
    char *pattern = arena_alloc(&fixture->arena, steps);
    const uint32_t rest = draw_number(seed, 5);

    row->name = arena_printf(&fixture->arena, "row %u", index);
    row->voice_id = arena_printf(&fixture->arena, "voice%u", index + 1);
    for (uint32_t i = 0; i < steps; i++)
        pattern[i] = draw_number(seed, 5) < rest ? '.' : draw_number(seed, 2) ? 'X' : 'x';
    row->pattern = (struct text){ steps, pattern };
    row->has_gate_frac = row->has_base_amp = true;
    row->gate_frac = gates[draw_number(seed, 5)];
    row->base_amp = draw_number(seed, 11) / 10.0;
    row->notes = (struct real_list){ draw_number(seed, 65), arena_array(&fixture->arena, 64, sizeof(double)) };
    for (uint32_t i = 0; i < row->notes.count; i++)
        row->notes.at[i] = 20 + draw_number(seed, 9000);
}

/* Values of single steps for every other row. Timings keep the hits of two steps apart. */
static void fill_steps(struct fixture *fixture, struct row *row, uint32_t steps, uint64_t *seed)
{
    struct real_list *lists[] = { &row->velocity, &row->probability, &row->timing };

    row->has_length = draw_number(seed, 2);
    row->length = 1 + draw_number(seed, steps);
    row->has_velocity = row->has_probability = row->has_timing = row->has_ratchet = true;
    for (int l = 0; l < 3; l++) {
        *lists[l] = (struct real_list){ steps, arena_array(&fixture->arena, steps, sizeof(double)) };
        for (uint32_t i = 0; i < steps; i++)
            lists[l]->at[i] = draw_number(seed, 2) ? draw_number(seed, 1001) / 1000.0 : 1;
    }
    for (uint32_t i = 0; i < steps; i++)
        row->timing.at[i] = draw_number(seed, 2) ? 0 : 0.3 * (row->timing.at[i] - 0.5);
    row->ratchet.at = arena_array(&fixture->arena, steps, sizeof(*row->ratchet.at));
    row->ratchet.count = steps;
    for (uint32_t i = 0; i < steps; i++)
        row->ratchet.at[i] = 1 + (draw_number(seed, 3) ? 0 : draw_number(seed, 8));
}

static void fill_pattern(struct fixture *fixture, uint64_t seed)
{
    static const double swings[] = { 0, 0.1, 0.333, 0.999 };
    const uint32_t rows = 1 + draw_number(&seed, 32), steps = 16 * (1 + draw_number(&seed, 4));

    fixture->pattern = (struct pattern){ .metadata.name = TEXT("Any") };
    fixture->pattern.sequencer = (struct sequencer){ .has_bpm = true, .bpm = 20 + draw_number(&seed, 380) + 1 / 3.0 };
    fixture->pattern.sequencer.has_swing = true;
    fixture->pattern.sequencer.swing = swings[draw_number(&seed, 4)];
    fixture->pattern.sequencer.tracks =
        (struct row_list){ rows, arena_array(&fixture->arena, rows, sizeof(struct row)) };
    for (uint32_t i = 0; i < rows; i++)
        fill_row(fixture, &fixture->pattern.sequencer.tracks.at[i], i, steps, &seed);
    for (uint32_t i = 1; i < rows; i += 2)
        fill_steps(fixture, &fixture->pattern.sequencer.tracks.at[i], steps, &seed);
    forget_remarks(fixture);
}

static double real_at(struct real_list list, uint32_t at, double otherwise)
{
    return at < list.count ? list.at[at] : otherwise;
}

static void assert_same_values(const struct row *one, const struct row *two, uint32_t at)
{
    assert_true(real_at(one->velocity, at, 1) == real_at(two->velocity, at, 1));
    assert_true(real_at(one->probability, at, 1) == real_at(two->probability, at, 1));
    assert_true(real_at(one->timing, at, 0) == real_at(two->timing, at, 0));
    assert_true((at < one->ratchet.count ? one->ratchet.at[at] : 1) ==
                (at < two->ratchet.count ? two->ratchet.at[at] : 1));
}

/* The steps after a row's length do not sound, and are not in the file. */
static void assert_same_steps(const struct row *one, const struct row *two, uint64_t seed)
{
    const uint32_t length = one->has_length ? (uint32_t)one->length : one->pattern.len;

    assert_int_equal(one->pattern.len, two->pattern.len);
    assert_int_equal(length, two->has_length ? two->length : two->pattern.len);
    for (uint32_t i = 0; i < length; i++) {
        if (one->pattern.at[i] != two->pattern.at[i])
            fail_msg("seed %u, step %u of %u: %.*s became %.*s", (unsigned)seed, i, length, TEXT_ARG(one->pattern),
                     TEXT_ARG(two->pattern));
        if (one->pattern.at[i] != '.')
            assert_same_values(one, two, i);
    }
}

FIXTURE_CLAIM(an_export_that_is_imported_has_the_same_steps)
{
    struct fixture *fixture = *state;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct pattern back;

        fill_pattern(fixture, seed);
        pass_through_a_file(fixture, &back);
        assert_int_equal(back.sequencer.tracks.count, fixture->pattern.sequencer.tracks.count);
        assert_true(back.sequencer.bpm == fixture->pattern.sequencer.bpm);
        assert_true(back.sequencer.swing == fixture->pattern.sequencer.swing);
        for (uint32_t i = 0; i < back.sequencer.tracks.count; i++) {
            const struct row *one = &fixture->pattern.sequencer.tracks.at[i], *two = &back.sequencer.tracks.at[i];

            assert_true(text_equal(one->name, two->name));
            assert_same_steps(one, two, seed);
            assert_true(one->gate_frac == two->gate_frac);
        }
        assert_false(is_remarked(fixture, "moved") || is_remarked(fixture, "dropped"));
        arena_reset(&fixture->arena);
    }
}

static void make_one_row(struct fixture *fixture, const char *steps, double swing, double gate)
{
    struct row *row = arena_alloc(&fixture->arena, sizeof(*row));

    *row = (struct row){ .name = TEXT("kick"), .pattern = text_of(steps), .has_gate_frac = true, .gate_frac = gate };
    fixture->pattern.sequencer = (struct sequencer){ .has_swing = true, .swing = swing, .tracks = { 1, row } };
}

/* The messages of the row, without controllers. */
static void assert_notes(struct fixture *fixture, const uint32_t *on, const uint32_t *off, uint32_t count)
{
    uint32_t at = 0;

    midi_export(&fixture->pattern, &fixture->arena, &fixture->midi, &fixture->remarks);
    for (uint32_t i = 0; i < fixture->midi.count; i++) {
        const struct midi_event *event = &fixture->midi.events[i];
        const bool is_on = (event->status & 0xf0) == MIDI_NOTE_ON;

        if (!is_on && (event->status & 0xf0) != MIDI_NOTE_OFF)
            continue;
        assert_true(at / 2 < count && is_on == (at % 2 == 0));
        assert_int_equal(event->tick, is_on ? on[at / 2] : off[at / 2]);
        at++;
    }
    assert_int_equal(at, 2 * count);
}

FIXTURE_CLAIM(swing_and_gate_are_exact_to_a_tick)
{
    const uint32_t on[] = { 0, 360, 480 }, least[] = { 2, 362, 482 };
    const uint32_t swung[] = { 0, 276 }, half[] = { 120, 396 }, cut[] = { 240, 480, 720 };
    struct fixture *fixture = *state;

    make_one_row(fixture, "xxx.............", 0.999, 0.01);
    assert_notes(fixture, on, least, 3);
    make_one_row(fixture, "xx..............", 0.3, 0.5);
    assert_notes(fixture, swung, half, 2);
    make_one_row(fixture, "xxx.............", 0.999, 1); /* the second note ends where the third begins */
    assert_notes(fixture, on, cut, 3);
}

FIXTURE_CLAIM(ratchets_and_timing_are_exact_to_a_tick)
{
    const uint32_t on[] = { 0, 80, 160, 216, 480 + 60, 480 + 60 + 90 }, off[] = { 40, 120, 200, 336, 585, 675 };
    struct fixture *fixture = *state;
    struct row *row;

    make_one_row(fixture, "xxx.............", 0, 0.5);
    row = fixture->pattern.sequencer.tracks.at;
    row->ratchet.count = 3;
    row->ratchet.at = (uint64_t[]){ 3, 1, 2 };
    row->timing = (struct real_list){ 3, (double[]){ 0, -0.1, 0.25 } };
    assert_notes(fixture, on, off, 6);
}

FIXTURE_CLAIM(notes_that_a_pattern_cannot_hold_are_listed)
{
    struct fixture *fixture = *state;
    struct row *row;

    make_one_row(fixture, "x...............", 0, 0.5);
    row = fixture->pattern.sequencer.tracks.at;
    row->has_accent_boost = true;
    row->notes = (struct real_list){ 1, (double[]){ 450 } };
    row->pan = 0.3;
    row->has_reverb_send = true;
    row->reverb_send = 1;
    row->has_probability = true;
    row->probability = (struct real_list){ 1, (double[]){ 0.5 } };
    fixture->pattern.metadata.genre = TEXT("techno");
    fixture->pattern.metadata.tags = (struct text_list){ 1, (struct text[]){ TEXT("acid") } };
    fixture->pattern.has_unknown = true;
    fixture->pattern.unknown =
        TEXT("{\"mood\":1,\"sequencer\":{\"tracks\":{\"kick\":{\"own\":{\"a\":1},\"notes\":[\"A4\"]}}}}");
    midi_export(&fixture->pattern, &fixture->arena, &fixture->midi, &fixture->remarks);
    assert_true(is_remarked(fixture, "kick: lost: accent_boost"));
    assert_true(is_remarked(fixture, "kick: 450 Hz is the nearest note, A4"));
    assert_true(is_remarked(fixture, "kick: rounded to a value of MIDI: pan"));
    assert_false(is_remarked(fixture, "reverb_send"));
    assert_true(is_remarked(fixture, "kick: probability: other programs play each of its steps"));
    assert_true(is_remarked(fixture, "metadata: lost: genre, tags"));
    assert_true(is_remarked(fixture, "unknown keys: lost: mood, sequencer.tracks.kick.own"));
    assert_false(is_remarked(fixture, "notes"));
    for (uint64_t seed = 1; fixture->pattern.sequencer.tracks.count < 17; seed++)
        fill_pattern(fixture, seed);
    midi_export(&fixture->pattern, &fixture->arena, &fixture->midi, &fixture->remarks);
    assert_true(is_remarked(fixture, "row 16: row 17 is on channel 1 again"));
}

/* A file of type 0, 96 ticks a quarter note, as another program writes it: running status, notes that end by velocity
 * 0, a note that is late by a tick of ours, two notes at once, and drums. */
static const uint8_t FOREIGN[] = {
    'M', 'T',  'h',  'd', 0,  0,  0,   6, 0,    0,    0, 1,    0,    96,   'M',
    'T', 'r',  'k',  0,   0,  0,  44,  0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20, /* 120 BPM */
    0,   0x90, 60,   127, 0,  64, 80,                                      /* at 0: two notes, one is an accent */
    12,  60,   0,    0,   64, 0,                                           /* half a step later they end */
    13,  0x90, 60,   80,                                                   /* at 25: a tick after step 1 */
    12,  60,   0,                                                          /* at 37 */
    11,  0x99, 36,   100, 0,  38, 100,                                     /* at 48: step 2, two drums */
    6,   36,   0,    0,   38, 0,                                           /* at 54 */
    0,   0xff, 0x2f, 0,
};

FIXTURE_CLAIM(a_foreign_file_becomes_rows)
{
    struct fixture *fixture = *state;
    struct bytes bytes = bytes_of(FOREIGN, sizeof(FOREIGN));
    struct midi_file read;
    const struct row *rows;

    if (midi_file_read(bytes, &fixture->arena, &read, &fixture->fault) != ERR_OK)
        fail_msg("%s", fixture->fault.what);
    assert_int_equal(midi_import(&read, &fixture->arena, &fixture->pattern, &fixture->remarks, &fixture->fault),
                     ERR_OK);
    rows = fixture->pattern.sequencer.tracks.at;
    assert_int_equal(fixture->pattern.sequencer.tracks.count, 4);
    assert_true(fixture->pattern.sequencer.bpm == 120);
    assert_true(text_is(rows[0].pattern, "Xx..............") && text_is(rows[0].name, "channel 1"));
    assert_true(text_is(rows[1].pattern, "x...............") && text_is(rows[1].name, "channel 1 E4"));
    assert_true(text_is(rows[2].pattern, "..x.............") && text_is(rows[2].name, "channel 10 C2"));
    assert_true(rows[0].timing.count == 16 && rows[0].timing.at[0] == 0 && rows[0].timing.at[1] > 0.04);
    assert_true(rows[0].gate_frac == 0.5 && rows[0].velocity.count == 16 && rows[1].velocity.count == 0);
    assert_true(rows[0].velocity.at[0] == 1 && rows[0].velocity.at[1] < 0.9);
}

static void assert_refused(struct fixture *fixture, uint32_t at, uint8_t byte, const char *words)
{
    uint8_t changed[sizeof(FOREIGN)];
    struct midi_file read;

    memcpy(changed, FOREIGN, sizeof(changed));
    changed[at] = byte;
    assert_int_equal(midi_file_read(bytes_of(changed, sizeof(changed)), &fixture->arena, &read, &fixture->fault),
                     ERR_BAD_REQUEST);
    if (!strstr(fixture->fault.what, words))
        fail_msg("\"%s\" lacks \"%s\"", fixture->fault.what, words);
}

FIXTURE_CLAIM(other_types_and_smpte_time_are_refused)
{
    struct fixture *fixture = *state;

    assert_refused(fixture, 0, 'X', "begin with MThd");
    assert_refused(fixture, 9, 2, "of type 2");
    assert_refused(fixture, 12, 0xe7, "SMPTE");
}

/* The tracks lie one after the other in the file, but their events interleave. */
FIXTURE_CLAIM(events_are_in_the_order_of_time_and_repairs_become_remarks)
{
    static const uint8_t file[] = "MThd\0\0\0\6\0\1\0\2\0\x60"
                                  "MTrk\0\0\0\x0c\x18\x90\x3c\x64\x18\x3c\0\x18\x3e\xff\xff\x2f\0"
                                  "MTrk\0\0\0\7\0\x91\x40\x64\x60\x40\0";
    struct fixture *fixture = *state;
    struct midi_file read;

    assert_int_equal(midi_file_read(bytes_of(file, sizeof(file) - 1), &fixture->arena, &read, &fixture->fault), ERR_OK);
    assert_int_equal(read.tracks, 2);
    assert_int_equal(read.count, 5);
    for (uint32_t i = 1; i < read.count; i++)
        assert_true(read.events[i - 1].tick <= read.events[i].tick);
    assert_int_equal(read.events[0].track, 1);
    assert_int_equal(midi_import(&read, &fixture->arena, &fixture->pattern, &fixture->remarks, &fixture->fault),
                     ERR_OK);
    assert_true(is_remarked(fixture, "repaired: a value over 127, read as 127 (1)"));
    assert_true(is_remarked(fixture, "repaired: a track without an event for its end (1)"));
}

/* The end of the track, and copyrights, are no events of a pattern. */
static enum err read_events(struct fixture *fixture, uint32_t count)
{
    const uint32_t len = 4 + (count - 1) * 3 + 8;
    struct midi_file midi;

    buffer_reset(&fixture->bytes);
    buffer_add(&fixture->bytes, "MThd\0\0\0\6\0\0\0\1\0\x60MTrk", 18);
    for (int shift = 24; shift >= 0; shift -= 8)
        buffer_add(&fixture->bytes, &(uint8_t){ (uint8_t)(len >> shift) }, 1);
    buffer_add(&fixture->bytes, "\0\x90\x3c\x64", 4);
    for (uint32_t i = 1; i < count; i++)
        buffer_add(&fixture->bytes, "\1\x3c\x64", 3);
    buffer_add(&fixture->bytes, "\0\xff\2\0\0\xff\x2f\0", 8);
    const enum err e = midi_file_read(buffer_bytes(&fixture->bytes), &fixture->arena, &midi, &fixture->fault);
    if (e == ERR_OK)
        assert_int_equal(midi.count, count);
    return e;
}

FIXTURE_CLAIM(a_file_of_100000_events_is_read_and_one_of_more_is_refused)
{
    assert_int_equal(read_events(*state, MIDI_EVENTS), ERR_OK);
    assert_int_equal(read_events(*state, MIDI_EVENTS + 1), ERR_TOO_LARGE);
}
