/* The file of a pattern: coercion, old schemas, unknown keys, errors by row, and exact values in both directions. */
#include <stdio.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "store/pattern/note_name.h"
#include "store/pattern/pattern_file.h"
#include "tests/unit/claim.h"

#define FIXTURE_CLAIM(name) CLAIM_WITH(name, make_fixture, free_fixture)

#define KICK "\"kick\": {\"pattern\": \"X...X...X...X...\"}"

struct fixture {
    struct arena arena;
    struct fault fault;
    struct pattern_file file;
    struct buffer out;
};

static struct fixture *fixture_of(void **state)
{
    return *state;
}

static int make_fixture(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){ 0 };
    *state = &fixture;
    return 0;
}

static int free_fixture(void **state)
{
    arena_free(&fixture_of(state)->arena);
    buffer_free(&fixture_of(state)->out);
    return 0;
}

static enum err read_text(struct fixture *fixture, const char *json)
{
    fixture->fault = (struct fault){ 0 };
    return pattern_file_read(text_of(json), &fixture->arena, &fixture->file, &fixture->fault);
}

static const struct pattern *read_whole(struct fixture *fixture, const char *json)
{
    if (read_text(fixture, json) != ERR_OK)
        fail_msg("%s: %s", fixture->fault.field, fixture->fault.what);
    return &fixture->file.pattern;
}

static const char *write_file(struct fixture *fixture)
{
    buffer_reset(&fixture->out);
    pattern_file_write(&fixture->file, &fixture->out);
    return buffer_c(&fixture->out);
}

static void assert_refused(struct fixture *fixture, const char *json, enum err code, const char *field,
                           const char *what)
{
    assert_int_equal(read_text(fixture, json), code);
    assert_string_equal(fixture->fault.field, field);
    if (!strstr(fixture->fault.what, what))
        fail_msg("\"%s\" lacks \"%s\"", fixture->fault.what, what);
}

FIXTURE_CLAIM(numbers_may_be_texts_and_whole_numbers_reals)
{
    const struct pattern *read =
        read_whole(fixture_of(state),
                   "{\"timestamp\": \"2025-01-07T18:24:00Z\", \"metadata\": {\"name\": 303, \"tags\": \"acid\"},"
                   "\"sequencer\": {\"bpm\": \"120\", \"running\": 1, \"global_step\": 32.0, \"tracks\": {\"kick\":"
                   "{\"pattern\": \"X...X...X...X...\", \"notes\": 55, \"base_amp\": 1, \"note_index\": 0.0,"
                   "\"choke\": \"3\"}}}, \"modules\": {\"voice1\": {\"adsr\": {\"attack\": 0}}}}");

    assert_true(read->timestamp == 1736274240);
    assert_true(text_is(read->metadata.name, "303"));
    assert_int_equal(read->metadata.tags.count, 1);
    assert_true(read->sequencer.bpm == 120 && read->sequencer.running && read->sequencer.global_step == 32);
    assert_true(read->sequencer.tracks.at[0].base_amp == 1 && read->sequencer.tracks.at[0].choke == 3);
    assert_true(read->sequencer.tracks.at[0].notes.at[0] == 55);
    assert_true(read->modules.voice1.adsr.has_attack && read->modules.voice1.adsr.attack == 0);
}

FIXTURE_CLAIM(errors_name_the_path_and_the_row)
{
    struct fixture *fixture = fixture_of(state);

    assert_refused(fixture, "{\"sequencer\": {\"tracks\": {\"kick\": {\"pattern\": \"X...X...X...X..\"}}}}",
                   ERR_BAD_REQUEST, "sequencer.tracks.kick.pattern", "15 steps, expected 16, 32, 48 or 64");
    assert_refused(fixture,
                   "{\"sequencer\": {\"tracks\": {\"kick\": {\"pattern\":"
                   "\"X...X...X...X...X...X...X...X...X...X...X...X...X...X...X...X...X\"}}}}",
                   ERR_BAD_REQUEST, "sequencer.tracks.kick.pattern", "65 steps, expected 16, 32, 48 or 64");
    assert_refused(fixture, "{\"sequencer\": {\"tracks\": {\"hat\": {\"pattern\": \"X...X...X...X.o.\"}}}}",
                   ERR_BAD_REQUEST, "sequencer.tracks.hat.pattern", "step 15 is \"o\"");
    assert_refused(fixture, "{\"sequencer\": {\"tracks\": {\"hat\": {\"notes\": [55, \"H4\"]}}}}", ERR_BAD_REQUEST,
                   "sequencer.tracks.hat.notes[1]", "expected a frequency");
    assert_refused(fixture, "{\"sequencer\": {\"bpm\": 700}}", ERR_BAD_REQUEST, "sequencer.bpm",
                   "out of range: 20 to 400");
    assert_refused(fixture, "{\"sequencer\": {\"global_step\": 1.5}}", ERR_BAD_REQUEST, "sequencer.global_step",
                   "a whole number");
    assert_refused(fixture, "{\"modules\": {\"delay1\": 3}}", ERR_BAD_REQUEST, "modules.delay1", "expected an object");
    assert_refused(fixture, "{\"metadata\": {", ERR_BAD_REQUEST, "", "not JSON at line 1");
    assert_refused(fixture, "[]", ERR_BAD_REQUEST, "", "expected an object");
}

FIXTURE_CLAIM(the_33rd_row_is_refused_by_its_name)
{
    struct buffer json = { 0 };

    buffer_add_text(&json, "{\"sequencer\": {\"tracks\": {");
    for (int i = 1; i <= 33; i++)
        buffer_printf(&json, "%s\"r%d\": {\"pattern\": \"X...X...X...X...\"}", i > 1 ? "," : "", i);
    buffer_add_text(&json, "}}}");
    assert_refused(fixture_of(state), buffer_c(&json), ERR_TOO_LARGE, "sequencer.tracks.r33", "row 33");
    buffer_free(&json);
}

FIXTURE_CLAIM(unknown_keys_are_written_back_everywhere)
{
    static const char json[] = "{\"mood\": [1, 2.0, {\"x\": null}], \"metadata\": {\"author\": \"A\"}, \"sequencer\":"
                               "{\"groove\": 3, \"tracks\": {\"kick\": {\"pattern\": \"X...X...X...X...\","
                               "\"colour\": \"red\"}}}, \"modules\": {\"flanger1\": {\"rate\": 0.1}, \"voice1\":"
                               "{\"freq\": 55, \"detune\": 7}}}";
    static const char *const kept[] = { "\"mood\": [",       "2.0",           "\"x\": null",
                                        "\"author\": \"A\"", "\"groove\": 3", "\"colour\": \"red\"",
                                        "\"rate\": 0.1",     "\"detune\": 7" };
    struct fixture *fixture = fixture_of(state);

    (void)read_whole(fixture, json);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (!strstr(write_file(fixture), kept[i]))
            fail_msg("%s is lost:\n%s", kept[i], write_file(fixture));
}

/* As the audio core returns it: without the tree of the file. */
FIXTURE_CLAIM(unknown_keys_and_names_of_notes_go_with_the_pattern)
{
    static const char *const files[] = {
        "{\"mood\": [1, 2.0, {\"x\": null}], \"unknown\": \"mine\", \"metadata\": {\"author\": \"A\"}, \"sequencer\":"
        "{\"groove\": 3, \"tracks\": {\"kick\": {\"pattern\": \"X...X...X...X...\", \"colour\": \"red\", \"notes\":"
        "[\"C♯4\", 440]}, \"hat\": {\"pattern\": \"X...X...X...X...\", \"base_freq\": \"A3\", \"media_id\":"
        "\"/sounds/hat.wav\"}}}, \"modules\": {\"flanger1\": {\"rate\": 0.1}, \"voice1\": {\"freq\": 55,"
        "\"adsr\": {\"hold\": 0.5}}}}",
        "{\"sequencer\": {\"tracks\": [{\"pattern\": \"x...............\"}, {\"name\": \"b\", \"odd\": 1,"
        "\"pattern\": \"x...............\", \"notes\": \"C4\"}]}}",
        "{\"sequencer\": {\"tracks\": {" KICK "}}}",
    };
    struct fixture *fixture = fixture_of(state);

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct text whole;

        (void)read_whole(fixture, files[i]);
        whole = arena_text(&fixture->arena, text_of(write_file(fixture)));
        fixture->file.rest = (struct json_node){ 0 };
        assert_string_equal(write_file(fixture), whole.at);
    }
    assert_false(fixture->file.pattern.has_unknown);
}

FIXTURE_CLAIM(a_written_file_is_read_and_written_the_same)
{
    struct fixture *fixture = fixture_of(state);
    struct text first;

    (void)read_whole(fixture,
                     "{\"sequencer\": {\"tracks\": [{\"pattern\": \"x...............\", \"odd\": 1}, {\"name\": \"b\","
                     "\"pattern\": \"x...............\", \"notes\": [\"C♯4\", 440]}]}}");
    first = arena_text(&fixture->arena, text_of(write_file(fixture)));
    assert_non_null(strstr(first.at, "\"notes\": [\"C#4\", 440.0]"));
    assert_non_null(strstr(first.at, "\"row 1\": {"));
    (void)read_whole(fixture, first.at);
    assert_string_equal(write_file(fixture), first.at);
}

FIXTURE_CLAIM(both_shapes_of_schema_0_are_converted)
{
    struct fixture *fixture = fixture_of(state);
    const struct pattern *read = read_whole(
        fixture,
        "{\"chronus_version\": \"1.0.0\", \"created_at\": \"2025-01-07T18:24:00\", \"bpm\": 125.0, \"swing\": 0.3,"
        "\"genre\": \"techno\", \"tags\": [\"acid\"], \"tracks\": {" KICK "}, \"global_effects\":"
        "{\"reverb1\": {\"mix\": 0.25}}, \"odd\": 1}");

    assert_true(read->timestamp == 1736274240 && read->sequencer.bpm == 125 && read->sequencer.swing == 0.3);
    assert_true(text_is(read->metadata.genre, "techno") && read->metadata.tags.count == 1);
    assert_true(read->modules.reverb1.mix == 0.25 && read->sequencer.tracks.count == 1);
    assert_true(text_is(read->schema_version, "1.0"));
    assert_non_null(strstr(write_file(fixture), "\"odd\": 1"));

    read = read_whole(fixture,
                      "{\"metadata\": {\"bpm\": 99, \"swing\": 0.1, \"genre\": \"user\", \"tags\": [], \"odd\": 2},"
                      "\"tracks\": {" KICK "}, \"global_effects\": {}, \"timestamp\": \"2025-01-07T19:24:00.5+01:00\","
                      "\"chronus_version\": \"1.0.0\"}");
    assert_true(read->timestamp == 1736274240.5 && read->sequencer.bpm == 99 && read->sequencer.swing == 0.1);
    assert_non_null(strstr(write_file(fixture), "\"odd\": 2"));
    assert_null(strstr(write_file(fixture), "global_effects"));
}

FIXTURE_CLAIM(a_newer_major_version_is_refused_and_a_newer_minor_one_is_read)
{
    struct fixture *fixture = fixture_of(state);

    assert_refused(fixture, "{\"schema_version\": \"2.0\"}", ERR_VERSION, "schema_version", "schema 2 is newer");
    assert_refused(fixture, "{\"schema_version\": 2.0}", ERR_VERSION, "schema_version", "schema 2 is newer");
    assert_refused(fixture, "{\"schema_version\": \"new\"}", ERR_BAD_REQUEST, "schema_version", "is not a number");
    (void)read_whole(fixture, "{\"schema_version\": \"1.7\", \"colour\": \"red\"}");
    assert_non_null(strstr(write_file(fixture), "\"schema_version\": \"1.7\""));
}

FIXTURE_CLAIM(a_row_names_its_media_item_by_id_or_path)
{
    static const char json[] = "{\"sequencer\": {\"tracks\": {\"a\": {\"pattern\": \"x...............\", \"media_id\":"
                               "\"01J0000000000000000000000A\"}, \"b\": {\"pattern\": \"x...............\","
                               "\"media_id\": \"/sounds/kick.wav\"}}}}";
    struct fixture *fixture = fixture_of(state);
    const struct pattern *read = read_whole(fixture, json);

    assert_true(read->sequencer.tracks.at[0].has_id && !read->sequencer.tracks.at[1].has_id);
    assert_int_equal(fixture->file.paths.count, 1);
    assert_int_equal(fixture->file.paths.each[0].row, 1);
    assert_string_equal((const char *)fixture->file.paths.each[0].path.at, "/sounds/kick.wav");
    assert_non_null(strstr(write_file(fixture), "\"media_id\": \"01J0000000000000000000000A\""));
    assert_non_null(strstr(write_file(fixture), "\"media_id\": \"/sounds/kick.wav\""));
    assert_refused(fixture, "{\"sequencer\": {\"tracks\": {\"a\": {\"media_id\": \"kick.wav\"}}}}", ERR_BAD_REQUEST,
                   "sequencer.tracks.a.media_id", "neither an id");
}

FIXTURE_CLAIM(a_sound_that_is_a_text_is_a_media_item)
{
    static const char json[] = "{\"sequencer\": {\"tracks\": {\"a\": {\"pattern\": \"x...............\", \"sound\":"
                               "\"01J0000000000000000000000A\"}, \"b\": {\"pattern\": \"x...............\","
                               "\"sound\": \"/sounds/kick.wav\"}, \"c\": {\"pattern\": \"x...............\","
                               "\"sound\": \"3\"}}}}";
    struct fixture *fixture = fixture_of(state);
    const struct pattern *read = read_whole(fixture, json);
    const struct row *rows = read->sequencer.tracks.at;

    assert_true(rows[0].has_id && !rows[0].has_sound && !rows[1].has_id && !rows[1].has_sound);
    assert_true(rows[2].has_sound && rows[2].sound == 3);
    assert_int_equal(fixture->file.paths.count, 1);
    assert_string_equal((const char *)fixture->file.paths.each[0].path.at, "/sounds/kick.wav");
    assert_non_null(strstr(write_file(fixture), "\"media_id\": \"01J0000000000000000000000A\""));
    assert_non_null(strstr(write_file(fixture), "\"sound\": \"/sounds/kick.wav\""));
    assert_null(strstr(write_file(fixture), "\"sound\": \"01J0000000000000000000000A\""));
    assert_refused(fixture, "{\"sequencer\": {\"tracks\": {\"a\": {\"sound\": \"kick.wav\"}}}}", ERR_BAD_REQUEST,
                   "sequencer.tracks.a.sound", "neither an id");
}

FIXTURE_CLAIM(notes_have_names)
{
    static const struct {
        const char *name;
        int note;
    } names[] = {
        { "A4", 69 }, { "C#4", 61 }, { "C♯4", 61 }, { "d♭4", 61 }, { "Cb4", 59 }, { "C-1", 0 }, { "G9", 127 }
    };
    char back[NOTE_NAME_SIZE];
    int note;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(note_name_read(text_of(names[i].name), &note));
        assert_int_equal(note, names[i].note);
    }
    assert_false(note_name_read(text_of("H4"), &note) || note_name_read(text_of("C"), &note) ||
                 note_name_read(text_of(""), &note) || note_name_read(text_of("A9"), &note));
    for (int i = 0; i < 128; i++) {
        assert_true(note_name_read(text_of(note_name_write(i, back)), &note));
        assert_int_equal(note, i);
    }
    assert_true(note_hz(69) == 440);
}

/* ---- any pattern ---- */

static uint64_t draw_number(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static double draw_real(uint64_t *seed, const struct field *field)
{
    const double share = (double)draw_number(seed) / 2147483648.0;

    return draw_number(seed) % 8 ? field->real_min + share * (field->real_max - field->real_min) : field->real_min;
}

static void fill_reals(uint64_t *seed, const struct shape *shape, void *record)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        char *at = (char *)record + field->offset;

        if (field->flags & FIELD_LIST || field->type == FIELD_ID)
            continue;
        if (field->flags & FIELD_OPTIONAL)
            *(bool *)((char *)record + field->has_offset) = draw_number(seed) % 2;
        if (field->type == FIELD_REAL && field->real_max < 1e300)
            *(double *)at = draw_real(seed, field);
        else if (field->type == FIELD_UINT && field->max < INT64_MAX)
            *(uint64_t *)at = (uint64_t)field->min + draw_number(seed) % (uint64_t)(field->max - field->min + 1);
        else if (field->type == FIELD_RECORD)
            fill_reals(seed, field->record, at);
    }
}

static struct real_list draw_reals(uint64_t *seed, struct arena *arena, uint32_t most, double least, double range)
{
    struct real_list list = { (uint32_t)(draw_number(seed) % (most + 1)), arena_array(arena, most, sizeof(double)) };

    for (uint32_t i = 0; i < list.count; i++)
        list.at[i] = least + (double)draw_number(seed) / 2147483648.0 * range;
    return list;
}

/* The lists of values of steps; an absent list is an empty one. */
static void fill_steps(uint64_t *seed, struct arena *arena, struct row *row, uint32_t steps)
{
    row->velocity = draw_reals(seed, arena, steps, 0, 1);
    row->probability = draw_reals(seed, arena, steps, 0, 1);
    row->timing = draw_reals(seed, arena, steps, -0.5, 1);
    row->ratchet.count = (uint32_t)(draw_number(seed) % (steps + 1));
    row->ratchet.at = arena_array(arena, steps, sizeof(*row->ratchet.at));
    for (uint32_t i = 0; i < row->ratchet.count; i++)
        row->ratchet.at[i] = 1 + draw_number(seed) % 8;
    row->has_velocity = row->velocity.count > 0;
    row->has_probability = row->probability.count > 0;
    row->has_timing = row->timing.count > 0;
    row->has_ratchet = row->ratchet.count > 0;
    row->length = 1 + row->length % steps;
}

static void fill_row(uint64_t *seed, struct arena *arena, struct row *row, uint32_t number, uint32_t steps)
{
    char *pattern = arena_alloc(arena, steps);

    fill_reals(seed, &row_shape, row);
    row->name = arena_printf(arena, "row %u \"♯\"", number);
    row->voice_id = arena_printf(arena, "voice%u", number % 32 + 1);
    for (uint32_t i = 0; i < steps; i++)
        pattern[i] = "Xx."[draw_number(seed) % 3];
    row->pattern = (struct text){ steps, pattern };
    row->notes = draw_reals(seed, arena, 64, 1, 19999);
    fill_steps(seed, arena, row, steps);
    row->has_sound = false;
}

static void fill_pattern(uint64_t seed, struct arena *arena, struct pattern *to)
{
    const uint32_t count = (uint32_t)(draw_number(&seed) % 33), steps = 16 * (uint32_t)(1 + draw_number(&seed) % 4);

    *to = (struct pattern){ .chronus_version = TEXT("1.0.0"), .schema_version = TEXT("1.0") };
    fill_reals(&seed, &pattern_shape, to);
    to->has_unknown = false;
    to->timestamp = (double)draw_number(&seed) / 3;
    to->sequencer.tracks = (struct row_list){ count, arena_array(arena, count, sizeof(struct row)) };
    for (uint32_t i = 0; i < count; i++)
        fill_row(&seed, arena, &to->sequencer.tracks.at[i], i, steps);
}

/* Absent values and empty records are equal when their encoding is. */
static void assert_same(const struct pattern *a, const struct pattern *b)
{
    struct buffer one = { 0 }, two = { 0 };

    assert_int_equal(codec_encode(&pattern_shape, a, &one, NULL), ERR_OK);
    assert_int_equal(codec_encode(&pattern_shape, b, &two, NULL), ERR_OK);
    assert_true(bytes_equal(buffer_bytes(&one), buffer_bytes(&two)));
    buffer_free(&one);
    buffer_free(&two);
}

FIXTURE_CLAIM(every_pattern_is_read_back_exactly)
{
    struct fixture *fixture = fixture_of(state);

    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct pattern before;
        struct text json;

        fill_pattern(seed, &fixture->arena, &before);
        fixture->file = (struct pattern_file){ .pattern = before };
        json = arena_text(&fixture->arena, text_of(write_file(fixture)));
        assert_same(&before, read_whole(fixture, json.at));
        assert_string_equal(write_file(fixture), json.at);
        arena_reset(&fixture->arena);
    }
}
