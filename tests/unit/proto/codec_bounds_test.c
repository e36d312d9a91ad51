#include <math.h>

#include "proto/wire/codec.h"
#include "schema_service.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/sample_decode.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

static void refused_as(enum err code, struct bytes from, const char *field)
{
    assert_int_equal(decode_sample(from), code);
    assert_int_equal(fault.code, code);
    assert_string_not_equal(fault.what, "");
    assert_string_equal(fault.field, field);
}

static void expect_refusal(struct bytes from, const char *field)
{
    refused_as(ERR_BAD_REQUEST, from, field);
}

static void too_long(struct bytes from, const char *field)
{
    refused_as(ERR_TOO_LARGE, from, field);
}

static void refused_on_encoding_as(enum err code, const struct sample *sample, const char *field)
{
    struct buffer buffer = { 0 };

    buffer_add(&buffer, "x", 1);
    assert_int_equal(codec_encode(&sample_shape, sample, &buffer, &fault), code);
    assert_string_equal(fault.field, field);
    assert_int_equal(buffer.len, 1);
    buffer_free(&buffer);
}

static void refused_on_encoding(const struct sample *sample, const char *field)
{
    refused_on_encoding_as(ERR_BAD_REQUEST, sample, field);
}

static void too_long_on_encoding(const struct sample *sample, const char *field)
{
    refused_on_encoding_as(ERR_TOO_LARGE, sample, field);
}

PREPARED_CLAIM(nil_for_a_field_that_must_be_there_is_refused)
{
    expect_refusal(WIRE("\x81\xa4text\xc0"), "text");
    expect_refusal(WIRE("\x81\xa4tags\xc0"), "tags");
}

PREPARED_CLAIM(a_missing_field_whose_range_leaves_zero_out_is_refused)
{
    static const struct field fields[] = { { .name = "limit", .name_len = 5, .type = FIELD_UINT, .min = 1, .max = 9 } };
    static const struct shape ask = { "ask", "", sizeof(uint64_t), 1, fields };
    static const struct field outer_fields[] = {
        { .name = "ask", .name_len = 3, .type = FIELD_RECORD, .record = &ask },
    };
    static const struct shape outer = { "outer", "", sizeof(uint64_t), 1, outer_fields };
    uint64_t limit = 0;

    assert_int_equal(ERR_BAD_REQUEST, codec_decode(&ask, WIRE("\x80"), NULL, &limit, &fault));
    assert_string_equal("limit", fault.field);
    assert_int_equal(ERR_BAD_REQUEST, codec_decode(&outer, WIRE("\x80"), NULL, &limit, &fault));
    assert_string_equal("ask.limit", fault.field);
}

PREPARED_CLAIM(a_field_that_is_there_twice_is_refused)
{
    expect_refusal(WIRE("\x82\xa3yes\xc3\xa3yes\xc2"), "yes");
}

PREPARED_CLAIM(a_key_that_is_no_text_is_refused)
{
    expect_refusal(WIRE("\x81\x01\x02"), "");
}

PREPARED_CLAIM(a_value_of_another_type_is_refused)
{
    expect_refusal(WIRE("\x81\xa3yes\x01"), "yes");
    expect_refusal(WIRE("\x81\xa5whole\xa1\x31"), "whole");
    expect_refusal(WIRE("\x81\xa5whole\xca\x3f\x80\x00\x00"), "whole");
    expect_refusal(WIRE("\x81\245count\xc3"), "count");
    expect_refusal(WIRE("\x81\xa4part\xc2"), "part");
    expect_refusal(WIRE("\x81\xa4text\xc4\x01x"), "text");
    expect_refusal(WIRE("\x81\xa4text\x01"), "text");
    expect_refusal(WIRE("\x81\xa4path\x01"), "path");
    expect_refusal(WIRE("\x81\xa2id\x01"), "id");
    expect_refusal(WIRE("\x81\xa2id\xc4\x02xx"), "id");
    expect_refusal(WIRE("\x81\246colour\x01"), "colour");
    expect_refusal(WIRE("\x81\xa5inner\x90"), "inner");
    expect_refusal(WIRE("\x81\xa4tags\x80"), "tags");
    expect_refusal(WIRE("\x81\xa4text\xd4\x01x"), "text");
    expect_refusal(WIRE("\x90"), "");
    expect_refusal(WIRE("\x01"), "");
}

PREPARED_CLAIM(a_number_past_its_bounds_is_refused)
{
    expect_refusal(WIRE("\x81\xa5whole\x65"), "whole");
    expect_refusal(WIRE("\x81\xa5whole\xd0\x9b"), "whole");
    expect_refusal(WIRE("\x81\251any_whole\xcf\x80\0\0\0\0\0\0\0"), "any_whole");
    expect_refusal(WIRE("\x81\245count\xcd\x03\xe9"), "count");
    expect_refusal(WIRE("\x81\245count\xff"), "count");
    expect_refusal(WIRE("\x81\251any_count\xff"), "any_count");
    expect_refusal(WIRE("\x81\xa4part\x02"), "part");
    expect_refusal(WIRE("\x81\xa4part\xff"), "part");
}

PREPARED_CLAIM(nan_and_infinity_are_refused)
{
    expect_refusal(WIRE("\x81\250any_real\xcb\x7f\xf8\0\0\0\0\0\0"), "any_real");
    expect_refusal(WIRE("\x81\250any_real\xcb\x7f\xf0\0\0\0\0\0\0"), "any_real");
    expect_refusal(WIRE("\x81\250any_real\xca\xff\x80\0\0"), "any_real");
}

PREPARED_CLAIM(a_text_past_its_bound_is_too_large)
{
    too_long(WIRE("\x81\xa4text\251123456789"), "text");
    too_long(WIRE("\x81\244blob\xc4\00512345"), "blob");
    too_long(WIRE("\x81\xa4tags\x94\xa0\xa0\xa0\xa0"), "tags");
}

PREPARED_CLAIM(an_unknown_word_is_kept_when_read_and_refused_in_an_ask)
{
    const struct bytes green = WIRE("\x81\xa6"
                                    "colour\xa5green");
    struct sample read = { 0 };
    struct arena own = { 0 };

    assert_int_equal(codec_decode(&sample_shape, green, &own, &read, &fault), ERR_OK);
    assert_true(text_is(read.colour.word, "green"));
    assert_int_equal(codec_decode_ask(&sample_shape, green, &own, &read, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "colour");
    assert_string_equal(fault.what, "unknown colour \"green\"");
    assert_string_equal(fault.hint, "one of: red, blue");
    arena_free(&own);
}

/* A choice that was left out is written with the empty word. */
PREPARED_CLAIM(what_was_read_of_an_ask_without_a_choice_can_be_written_and_asked_again)
{
    const struct bytes left_out = WIRE("\x80");
    struct sample read = { 0 }, again = { 0 };
    struct arena own = { 0 };
    struct buffer written = { 0 };

    assert_int_equal(codec_decode_ask(&sample_shape, left_out, &own, &read, &fault), ERR_OK);
    assert_int_equal(codec_encode(&sample_shape, &read, &written, &fault), ERR_OK);
    assert_int_equal(codec_decode_ask(&sample_shape, buffer_bytes(&written), &own, &again, &fault), ERR_OK);
    assert_int_equal(again.colour.value, 0);
    buffer_free(&written);
    arena_free(&own);
}

PREPARED_CLAIM(text_that_is_not_utf8_is_refused)
{
    expect_refusal(WIRE("\x81\xa4text\xa1\xff"), "text");
    expect_refusal(WIRE("\x81\xa4text\xa2\xc0\x80"), "text");
    expect_refusal(WIRE("\x81\xa4text\xa3\xed\xa0\x80"), "text");
    expect_refusal(WIRE("\x81\xa4text\xa2\xe2\x82"), "text");
    expect_refusal(WIRE("\x81\246colour\xa1\xff"), "colour");
}

PREPARED_CLAIM(a_fault_names_the_field_as_a_path)
{
    expect_refusal(WIRE("\x81\xa5inner\x81\xa6number\x0a"), "inner.number");
    expect_refusal(WIRE("\x81\xa4tags\x92\xa1x\x01"), "tags[1]");
    too_long(WIRE("\x81\xa6inners\x92\x80\x81\xa4tags\x92\xa1x\24512345"), "inners[1].tags[1]");
}

PREPARED_CLAIM(bytes_after_the_map_are_refused)
{
    expect_refusal(WIRE("\x80\x80"), "");
    expect_refusal(WIRE("\x81\xa3yes\xc3\x00"), "");
}

PREPARED_CLAIM(an_empty_message_is_refused)
{
    expect_refusal(WIRE(""), "");
    expect_refusal((struct bytes){ 0 }, "");
}

PREPARED_CLAIM(a_message_past_the_size_limit_is_too_large)
{
    static uint8_t zeros[CODEC_MESSAGE_MAX + 1];

    assert_int_equal(decode_sample(bytes_of(zeros, sizeof(zeros))), ERR_TOO_LARGE);
}

PREPARED_CLAIM(encoding_refuses_what_decoding_would_refuse)
{
    static struct text long_tag[] = { { 2, "ok" }, { 5, "12345" } };
    struct sample sample = { 0 };

    refused_on_encoding(&(struct sample){ .whole = 101 }, "whole");
    refused_on_encoding(&(struct sample){ .count = 1001 }, "count");
    refused_on_encoding(&(struct sample){ .part = -0.1 }, "part");
    refused_on_encoding(&(struct sample){ .any_real = (double)NAN }, "any_real");
    too_long_on_encoding(&(struct sample){ .text = { 9, "123456789" } }, "text");
    refused_on_encoding(&(struct sample){ .text = { 1, "\x80" } }, "text");
    too_long_on_encoding(&(struct sample){ .blob = { 5, (const uint8_t *)"12345" } }, "blob");
    refused_on_encoding(&(struct sample){ .colour = { 3, { 0 } } }, "colour");
    refused_on_encoding(&(struct sample){ .has_extra = true, .extra = { .number = 10 } }, "extra.number");
    sample.tags = (struct text_list){ 2, long_tag };
    too_long_on_encoding(&sample, "tags[1]");
    sample.tags.count = 4;
    too_long_on_encoding(&sample, "tags");
}

PREPARED_CLAIM(a_message_past_the_limit_of_its_buffer_is_too_large)
{
    const struct sample full = sample_full();
    struct buffer buffer = { .limit = 64 };

    assert_int_equal(codec_encode(&sample_shape, &full, &buffer, &fault), ERR_TOO_LARGE);
    assert_int_equal(buffer.len, 0);
    buffer_free(&buffer);
}

PREPARED_CLAIM(a_message_past_the_limit_of_its_arena_is_full)
{
    struct arena small = { .limit = 32 };

    assert_int_equal(codec_decode(&sample_shape, WIRE("\x81\xa6inners\x93\x80\x80\x80"), &small, &decoded, &fault),
                     ERR_FULL);
    assert_string_equal(fault.field, "inners");
    arena_free(&small);
}

PREPARED_CLAIM(stats_have_room_for_many_asks)
{
    enum { ASKS = 200 };
    struct ask_stats each[ASKS] = { 0 };
    struct service_stats stats = { .service = TEXT("project"), .asks = { ASKS, each } }, read;
    struct buffer buffer = { 0 };

    for (uint64_t i = 0; i < ASKS; i++)
        each[i] = (struct ask_stats){ .name = TEXT("ping"), .count = i };
    assert_int_equal(codec_encode(&service_stats_shape, &stats, &buffer, &fault), ERR_OK);
    assert_int_equal(codec_decode(&service_stats_shape, buffer_bytes(&buffer), &arena, &read, &fault), ERR_OK);
    assert_int_equal(read.asks.count, ASKS);
    assert_int_equal(read.asks.at[ASKS - 1].count, ASKS - 1);
    buffer_free(&buffer);
}

PREPARED_CLAIM(a_fault_may_be_left_out)
{
    struct buffer buffer = { 0 };

    assert_int_equal(codec_decode(&sample_shape, WIRE("\x81\xa4tags\x91\x01"), &arena, &decoded, NULL),
                     ERR_BAD_REQUEST);
    assert_int_equal(codec_encode(&sample_shape, &(struct sample){ .whole = 101 }, &buffer, NULL), ERR_BAD_REQUEST);
    buffer_free(&buffer);
}
