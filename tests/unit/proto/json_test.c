#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/base64.h"
#include "proto/wire/codec.h"
#include "proto/wire/json.h"
#include "proto/wire/json_write.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/sample.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

static struct arena arena;
static struct buffer buffer;
static struct sample sample;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    arena_reset(&arena);
    buffer_reset(&buffer);
    memset(&sample, 0, sizeof(sample));
    memset(&fault, 0, sizeof(fault));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    buffer_free(&buffer);
    return 0;
}

static enum err read_json(const char *json)
{
    memset(&sample, 0, sizeof(sample));
    return json_read(&sample_shape, text_of(json), &arena, &sample, &fault);
}

static enum err assign_typed(const char *typed)
{
    return json_assign(&sample_shape, text_of(typed), &arena, &sample, &fault);
}

static void expect_refusal(enum err e, const char *field, const char *said)
{
    assert_int_equal(e, strstr(said, "at most") ? ERR_TOO_LARGE : ERR_BAD_REQUEST);
    assert_string_equal(fault.field, field);
    if (!strstr(fault.what, said) && !strstr(fault.hint, said))
        fail_msg("\"%s\" (%s) does not say \"%s\"", fault.what, fault.hint, said);
}

static void expect_written(const char *expected)
{
    assert_string_equal(buffer_c(&buffer), expected);
    buffer_reset(&buffer);
}

/* ---- writing ---- */

PREPARED_CLAIM(a_record_is_written_with_its_keys_in_order)
{
    static struct text tags[] = { { 1, "a" }, { 1, "b" } };
    const struct inner inner = { 5, { 2, "in" }, { 2, tags } };

    json_write(&inner_shape, &inner, &buffer);
    expect_written("{\"number\":5,\"name\":\"in\",\"tags\":[\"a\",\"b\"]}");
}

PREPARED_CLAIM(every_type_is_written_and_read_back)
{
    const struct sample full = sample_full();
    struct buffer before = { 0 }, after = { 0 };

    sample = full;
    sample.any_count = INT64_MAX;
    sample.uints.at[3] = INT64_MAX;
    sample.colours.count = 1;
    json_write(&sample_shape, &sample, &buffer);
    assert_int_equal(codec_encode(&sample_shape, &sample, &before, &fault), ERR_OK);
    sample.uints.at[3] = UINT64_MAX;

    assert_int_equal(read_json(buffer_c(&buffer)), ERR_OK);
    assert_int_equal(codec_encode(&sample_shape, &sample, &after, &fault), ERR_OK);
    assert_true(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)));
    buffer_free(&before);
    buffer_free(&after);
}

PREPARED_CLAIM(a_number_past_what_json_readers_take_is_a_text)
{
    const struct sample from = { .any_count = UINT64_MAX };

    json_write(&sample_shape, &from, &buffer);
    assert_non_null(strstr(buffer_c(&buffer), "\"any_count\":\"18446744073709551615\""));
    assert_int_equal(read_json("{\"any_count\":\"18446744073709551615\"}"), ERR_OK);
    assert_true(sample.any_count == UINT64_MAX);
    expect_refusal(read_json("{\"count\":\"18446744073709551615\"}"), "count", "out of range: 0 to");
}

PREPARED_CLAIM(text_is_escaped_and_stays_valid)
{
    json_text(&buffer, TEXT("a\"\\\n\t\x01\x7f/caf\xc3\xa9"));
    expect_written("\"a\\\"\\\\\\n\\t\\u0001\\u007f/caf\xc3\xa9\"");
    json_text(&buffer, TEXT("\xC2\x9B|\xC2\xA0|\xE2\x80\xAE\xE2\x81\xA9"));
    expect_written("\"\\u009b|\xC2\xA0|\\u202e\\u2069\"");
    json_text(&buffer, TEXT("\xff\xc3|\xe2\x82"));
    expect_written("\"\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\"");
    json_text(&buffer, (struct text){ 0 });
    expect_written("\"\"");
}

PREPARED_CLAIM(a_number_is_as_short_as_reads_back_exactly)
{
    json_number(&buffer, 0.1);
    expect_written("0.1");
    json_number(&buffer, 120);
    expect_written("120");
    json_number(&buffer, -0.0);
    expect_written("-0.0");
    json_number(&buffer, 1.0 / 3);
    expect_written("0.3333333333333333");
    json_number(&buffer, 5e-324);
    assert_true(strtod(buffer_c(&buffer), NULL) == 5e-324);
    buffer_reset(&buffer);
    json_number(&buffer, (double)NAN);
    expect_written("null");
    json_number(&buffer, -(double)INFINITY);
    expect_written("null");
}

PREPARED_CLAIM(a_whole_number_has_its_digits)
{
    json_whole(&buffer, 0);
    expect_written("0");
    json_whole(&buffer, -10);
    expect_written("-10");
    json_whole(&buffer, INT64_MAX);
    expect_written("9223372036854775807");
    json_whole(&buffer, INT64_MIN);
    expect_written("-9223372036854775808");
}

PREPARED_CLAIM(a_path_that_is_not_utf8_has_its_exact_bytes_beside_it)
{
    sample.path = bytes_of("/a", 2);
    json_write(&sample_shape, &sample, &buffer);
    assert_non_null(strstr(buffer_c(&buffer), ",\"path\":\"/a\",\"id\""));
    buffer_reset(&buffer);
    sample.path = bytes_of("/\xff", 2);
    json_write(&sample_shape, &sample, &buffer);
    assert_non_null(strstr(buffer_c(&buffer), ",\"path\":\"/\xef\xbf\xbd\",\"path_b64\":\"L/8=\",\"id\""));
}

PREPARED_CLAIM(base64_is_that_of_the_rfc)
{
    static const char *const pairs[][2] = { { "", "" },
                                            { "f", "Zg==" },
                                            { "fo", "Zm8=" },
                                            { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" },
                                            { "fooba", "Zm9vYmE=" },
                                            { "foobar", "Zm9vYmFy" } };
    struct bytes back;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        base64_write(&buffer, bytes_of(pairs[i][0], strlen(pairs[i][0])));
        assert_true(base64_read(text_of(pairs[i][1]), &arena, &back));
        assert_true(bytes_equal(back, bytes_of(pairs[i][0], strlen(pairs[i][0]))));
        expect_written(pairs[i][1]);
    }
    assert_true(base64_read(TEXT("Zm8"), &arena, &back));
    assert_false(base64_read(TEXT("Z"), &arena, &back));
    assert_false(base64_read(TEXT("Zm=v"), &arena, &back));
    assert_false(base64_read(TEXT("Zg="), &arena, &back));
    assert_false(base64_read(TEXT("Z g="), &arena, &back));
}

/* ---- reading ---- */

PREPARED_CLAIM(the_exact_bytes_of_a_path_win_over_what_was_shown)
{
    assert_int_equal(read_json("{\"path_b64\":\"L/8=\",\"path\":\"/?\"}"), ERR_OK);
    assert_true(bytes_equal(sample.path, bytes_of("/\xff", 2)));
}

PREPARED_CLAIM(an_unknown_key_is_refused_with_those_there_are)
{
    expect_refusal(read_json("{\"nmae\":1}"), "nmae", "sample has no field \"nmae\"");
    expect_refusal(read_json("{\"inner\":{\"x\":1}}"), "inner.x", "number, name, tags");
}

PREPARED_CLAIM(invalid_json_is_refused_with_line_and_column)
{
    expect_refusal(read_json("{\"yes\":\ntru}"), "", "line 2");
    expect_refusal(read_json(""), "", "not JSON");
    expect_refusal(read_json("{\"yes\":true,\"yes\":true}"), "", "not JSON");
    expect_refusal(read_json("{} {}"), "", "not JSON");
    expect_refusal(read_json("\xEF\xBB\xBF\xEF\xBB\xBF{}"), "", "not JSON");
    expect_refusal(read_json("\xFF\xFE{"), "", "the JSON is UTF-16");
    assert_int_equal(read_json("\xEF\xBB\xBF{\"whole\":7}\r\n"), ERR_OK);
    expect_refusal(read_json("[]"), "", "expected an object");
}

PREPARED_CLAIM(a_json_value_of_another_type_is_refused)
{
    expect_refusal(read_json("{\"yes\":1}"), "yes", "true or false");
    expect_refusal(read_json("{\"whole\":1.5}"), "whole", "a whole number");
    expect_refusal(read_json("{\"text\":1}"), "text", "a text");
    expect_refusal(read_json("{\"text\":null}"), "text", "null");
    expect_refusal(read_json("{\"tags\":\"x\"}"), "tags", "a list");
    expect_refusal(read_json("{\"inner\":[]}"), "inner", "an object");
    expect_refusal(read_json("{\"part\":\"x\"}"), "part", "a number");
    expect_refusal(read_json("{\"id\":\"x\"}"), "id", "26 characters");
    expect_refusal(read_json("{\"colour\":\"pink\"}"), "colour", "one of: red, blue");
    expect_refusal(read_json("{\"blob\":\"?\"}"), "blob", "base 64");
}

PREPARED_CLAIM(json_past_the_bounds_is_refused)
{
    expect_refusal(read_json("{\"whole\":101}"), "whole", "out of range: -100 to 100");
    expect_refusal(read_json("{\"count\":-1}"), "count", "below zero");
    expect_refusal(read_json("{\"any_whole\":9223372036854775808}"), "any_whole", "out of range");
    expect_refusal(read_json("{\"part\":1e400}"), "part", "1e400 is out of range");
    expect_refusal(read_json("{\"text\":\"123456789\"}"), "text", "at most 8");
    expect_refusal(read_json("{\"inners\":[{},{\"tags\":[\"x\",\"12345\"]}]}"), "inners[1].tags[1]", "at most 4");
    expect_refusal(read_json("{\"tags\":[\"\",\"\",\"\",\"\"]}"), "tags", "at most 3");
}

PREPARED_CLAIM(a_deep_json_bomb_is_refused)
{
    static char bomb[1 << 20];

    memset(bomb, '[', sizeof(bomb) - 1);
    expect_refusal(read_json(bomb), "", "nested deeper than 64: 1048575 levels");
}

PREPARED_CLAIM(null_is_an_absent_optional)
{
    assert_int_equal(read_json("{\"maybe\":null,\"extra\":{}}"), ERR_OK);
    assert_false(sample.has_maybe);
    assert_true(sample.has_extra);
}

/* ---- assigning ---- */

PREPARED_CLAIM(every_type_can_be_typed)
{
    assert_int_equal(assign_typed("yes=true"), ERR_OK);
    assert_int_equal(assign_typed("whole=-7"), ERR_OK);
    assert_int_equal(assign_typed("any_count=18446744073709551615"), ERR_OK);
    assert_int_equal(assign_typed("part=0.5"), ERR_OK);
    assert_int_equal(assign_typed("text=a=b, c"), ERR_OK);
    assert_int_equal(assign_typed("blob=AAH/"), ERR_OK);
    assert_int_equal(assign_typed("path=/m/\xff"), ERR_OK);
    assert_int_equal(assign_typed("id=01J0000000000000000000000A"), ERR_OK);
    assert_int_equal(assign_typed("colour=blue"), ERR_OK);
    assert_true(sample.yes && sample.whole == -7 && sample.any_count == UINT64_MAX && sample.part == 0.5);
    assert_true(text_is(sample.text, "a=b, c"));
    assert_true(bytes_equal(sample.blob, bytes_of("\x00\x01\xff", 3)));
    assert_true(bytes_equal(sample.path, bytes_of("/m/\xff", 4)));
    assert_false(id_is_zero(sample.id));
    assert_int_equal(sample.colour.value, COLOUR_BLUE);
}

PREPARED_CLAIM(a_list_is_typed_with_commas_or_as_json)
{
    assert_int_equal(assign_typed("tags=warm,,dry"), ERR_OK);
    assert_int_equal(sample.tags.count, 3);
    assert_true(text_is(sample.tags.at[0], "warm"));
    assert_int_equal(sample.tags.at[1].len, 0);
    assert_true(text_is(sample.tags.at[2], "dry"));
    assert_int_equal(assign_typed("tags=[\"a,b\"]"), ERR_OK);
    assert_int_equal(sample.tags.count, 1);
    assert_true(text_is(sample.tags.at[0], "a,b"));
    assert_int_equal(assign_typed("tags="), ERR_OK);
    assert_int_equal(sample.tags.count, 0);
    assert_int_equal(assign_typed("ints=1,-2,3"), ERR_OK);
    assert_int_equal(sample.ints.at[1], -2);
    assert_int_equal(assign_typed("inners=[{\"number\":1},{\"name\":\"x\"}]"), ERR_OK);
    assert_int_equal(sample.inners.count, 2);
}

PREPARED_CLAIM(a_nested_field_is_typed_with_dots)
{
    assert_int_equal(assign_typed("extra.name=x"), ERR_OK);
    assert_int_equal(assign_typed("extra.tags=a,b"), ERR_OK);
    assert_true(sample.has_extra);
    assert_true(text_is(sample.extra.name, "x"));
    assert_int_equal(sample.extra.tags.count, 2);
    assert_int_equal(assign_typed("inner={\"number\":3}"), ERR_OK);
    assert_int_equal(sample.inner.number, 3);
}

PREPARED_CLAIM(an_empty_value_removes_an_optional_field)
{
    assert_int_equal(assign_typed("maybe=4"), ERR_OK);
    assert_true(sample.has_maybe && sample.maybe == 4);
    assert_int_equal(assign_typed("maybe="), ERR_OK);
    assert_false(sample.has_maybe);
    assert_int_equal(assign_typed("text="), ERR_OK);
}

PREPARED_CLAIM(a_wrong_typed_value_is_refused_with_a_sentence)
{
    expect_refusal(assign_typed("yes"), "", "write NAME=VALUE");
    expect_refusal(assign_typed("=1"), "", "write NAME=VALUE");
    expect_refusal(assign_typed("nmae=1"), "", "has no field \"nmae\"");
    expect_refusal(assign_typed("inner.x=1"), "inner", "has no field \"x\"");
    expect_refusal(assign_typed("text.x=1"), "text", "has no fields");
    expect_refusal(assign_typed("tags.x=1"), "tags", "has no fields");
    expect_refusal(assign_typed("yes=maybe"), "yes", "\"maybe\" is neither true nor false");
    expect_refusal(assign_typed("whole=seven"), "whole", "\"seven\" is not a whole number");
    expect_refusal(assign_typed("whole=1 "), "whole", "not a whole number");
    expect_refusal(assign_typed("whole=101"), "whole", "out of range");
    expect_refusal(assign_typed("count=-1"), "count", "from zero up");
    expect_refusal(assign_typed("any_whole=9223372036854775808"), "any_whole", "64 bits");
    expect_refusal(assign_typed("part=nan"), "part", "not a number");
    expect_refusal(assign_typed("part=0x1p-1"), "part", "not a number");
    expect_refusal(assign_typed("any_real=1e999"), "any_real", "not finite");
    expect_refusal(assign_typed("colour=pink"), "colour", "one of: red, blue");
    expect_refusal(assign_typed("id=1"), "id", "26 characters");
    expect_refusal(assign_typed("text=\xff"), "text", "UTF-8");
    expect_refusal(assign_typed("tags=a,12345"), "tags[1]", "at most 4");
    expect_refusal(assign_typed("tags=a,b,c,d"), "tags", "at most 3");
    expect_refusal(assign_typed("tags=[1"), "tags", "not JSON");
    expect_refusal(assign_typed("inner=5"), "inner", "expected an object");
    expect_refusal(assign_typed("inners=5"), "inners", "expected a list");
}

/* ---- forms: records that are only printed ---- */

struct said {
    struct text word;
    bool has_yes, yes, has_number;
    double number;
    int64_t part;
};

struct printed {
    int64_t whole;
    struct inner inner;
    struct list facts, pairs, rows;
    struct text body;
};

static const struct field said_fields[] = {
    FIELD(said, word, .type = FIELD_TEXT),
    FIELD(said, yes, .type = FIELD_BOOL, OPTIONAL(said, yes)),
    FIELD(said, number, .type = FIELD_REAL, OPTIONAL(said, number)),
    FIELD(said, part, .type = FIELD_INT),
};
static const struct shape said_shape = { "said", "", sizeof(struct said), 4, said_fields };
static const struct field pair_fields[] = {
    FIELD(said, word, .type = FIELD_TEXT),
    FIELD(said, part, .type = FIELD_INT),
};
static const struct shape pair_shape = { "pair", "", sizeof(struct said), 2, pair_fields };
static const struct field printed_fields[] = {
    FIELD(printed, whole, .type = FIELD_INT),
    FIELD(printed, inner, .type = FIELD_RECORD, .flags = FIELD_KEYS, .record = &inner_shape),
    FIELD(printed, facts, .type = FIELD_RECORD, .flags = FIELD_LIST | FIELD_KEYS, .record = &said_shape),
    FIELD(printed, pairs, .type = FIELD_RECORD, .flags = FIELD_LIST | FIELD_OBJECT, .record = &pair_shape),
    FIELD(printed, rows, .type = FIELD_RECORD, .flags = FIELD_LIST | FIELD_ROWS, .record = &pair_shape),
    FIELD(printed, body, .type = FIELD_TEXT, .flags = FIELD_JSON),
};
static const struct shape printed_shape = { "printed", "", sizeof(struct printed), 6, printed_fields };

static const char *print_some(const char *only)
{
    static struct said facts[] = { { { 3, "bpm" }, .has_number = true, .number = 120, .part = 9 },
                                   { { 3, "\"l\"" }, .has_yes = true, .yes = true, .part = 8 },
                                   { { 4, "none" }, .part = 7 } };
    struct printed printed = { .whole = 1,
                               .inner = { .number = 5, .name = { 2, "in" } },
                               .facts = { 3, facts },
                               .pairs = { 2, facts },
                               .rows = { 2, facts },
                               .body = TEXT("{\"a\":[1]}") };

    buffer_reset(&buffer);
    json_write_some(&printed_shape, &printed, only, &buffer);
    return buffer_c(&buffer);
}

PREPARED_CLAIM(a_form_prints_records_as_keys_objects_rows_or_json)
{
    assert_string_equal(print_some(NULL),
                        "{\"whole\":1,\"number\":5,\"name\":\"in\",\"tags\":[],\"bpm\":120,\"bpm_part\":9,"
                        "\"\\\"l\\\"\":true,\"\\\"l\\\"_part\":8,\"none_part\":7,\"pairs\":{\"bpm\":9,\"\\\"l\\\"\":8},"
                        "\"rows\":[[\"bpm\",9],[\"\\\"l\\\"\",8]],\"body\":{\"a\":[1]}}");
}

PREPARED_CLAIM(a_part_of_the_keys_is_printed_in_the_order_of_the_record)
{
    assert_string_equal(print_some("rows,bpm_part,name,pm"), "{\"name\":\"in\",\"bpm_part\":9,\"rows\":[[\"bpm\",9],"
                                                             "[\"\\\"l\\\"\",8]]}");
    assert_string_equal(print_some(""), "{}");
}
