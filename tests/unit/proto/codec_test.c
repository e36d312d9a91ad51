#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/codec_copy.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/sample_decode.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

static void same_text(struct text a, struct text b)
{
    assert_true(text_equal(a, b));
}

static void same_inner(const struct inner *a, const struct inner *b)
{
    assert_int_equal(a->number, b->number);
    same_text(a->name, b->name);
    assert_int_equal(a->tags.count, b->tags.count);
    for (uint32_t i = 0; i < a->tags.count; i++)
        same_text(a->tags.at[i], b->tags.at[i]);
}

static void same_scalars(const struct sample *a, const struct sample *b)
{
    assert_int_equal(a->yes, b->yes);
    assert_int_equal(a->whole, b->whole);
    assert_int_equal(a->any_whole, b->any_whole);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->any_count, b->any_count);
    assert_true(a->part == b->part && a->any_real == b->any_real);
    same_text(a->text, b->text);
    assert_true(bytes_equal(a->blob, b->blob));
    assert_true(bytes_equal(a->path, b->path));
    assert_true(id_equal(a->id, b->id));
    assert_int_equal(a->colour.value, b->colour.value);
    assert_int_equal(a->has_maybe, b->has_maybe);
    assert_int_equal(a->maybe, b->maybe);
    assert_int_equal(a->has_extra, b->has_extra);
}

static void same_lists(const struct sample *a, const struct sample *b)
{
    assert_int_equal(a->inners.count, b->inners.count);
    for (uint32_t i = 0; i < a->inners.count; i++)
        same_inner(&a->inners.at[i], &b->inners.at[i]);
    assert_int_equal(a->colours.count, b->colours.count);
    assert_int_equal(a->colours.at[0].value, b->colours.at[0].value);
    same_text(a->colours.at[1].word, b->colours.at[1].word);
    assert_int_equal(a->ints.count, b->ints.count);
    assert_memory_equal(a->ints.at, b->ints.at, a->ints.count * sizeof(int64_t));
    assert_memory_equal(a->uints.at, b->uints.at, a->uints.count * sizeof(uint64_t));
    assert_memory_equal(a->reals.at, b->reals.at, a->reals.count * sizeof(double));
    assert_memory_equal(a->bools.at, b->bools.at, a->bools.count * sizeof(bool));
    assert_int_equal(a->blobs.count, b->blobs.count);
    assert_true(bytes_equal(a->blobs.at[0], b->blobs.at[0]));
    assert_memory_equal(a->ids.at, b->ids.at, a->ids.count * sizeof(struct id));
}

static void same_sample(const struct sample *a, const struct sample *b)
{
    same_scalars(a, b);
    same_inner(&a->inner, &b->inner);
    same_inner(&a->extra, &b->extra);
    same_lists(a, b);
}

/* ---- claims ---- */

PREPARED_CLAIM(every_type_comes_back_as_it_went)
{
    const struct sample full = sample_full();
    struct buffer buffer = { 0 };

    assert_int_equal(codec_encode(&sample_shape, &full, &buffer, &fault), ERR_OK);
    assert_int_equal(decode_sample(buffer_bytes(&buffer)), ERR_OK);
    same_sample(&full, &decoded);
    buffer_free(&buffer);
}

PREPARED_CLAIM(a_decoded_message_encodes_to_the_same_bytes)
{
    const struct sample full = sample_full();
    struct buffer first = { 0 }, again = { 0 };

    assert_int_equal(codec_encode(&sample_shape, &full, &first, &fault), ERR_OK);
    assert_int_equal(decode_sample(buffer_bytes(&first)), ERR_OK);
    assert_int_equal(codec_encode(&sample_shape, &decoded, &again, &fault), ERR_OK);
    assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&again)));
    buffer_free(&first);
    buffer_free(&again);
}

PREPARED_CLAIM(a_record_is_a_map_of_names_in_the_schemas_order)
{
    static struct text tags[] = { { 1, "a" } };
    const struct inner inner = { 5, { 2, "in" }, { 1, tags } };
    struct buffer buffer = { 0 };

    assert_int_equal(codec_encode(&inner_shape, &inner, &buffer, &fault), ERR_OK);
    assert_true(bytes_equal(buffer_bytes(&buffer), WIRE("\x83\xa6number\x05\xa4name\xa2in\xa4tags\x91\241a")));
    buffer_free(&buffer);
}

PREPARED_CLAIM(absent_optionals_and_empty_lists_are_left_out)
{
    const struct inner inner = { 0 };
    struct buffer buffer = { 0 };

    assert_int_equal(codec_encode(&inner_shape, &inner, &buffer, &fault), ERR_OK);
    assert_true(bytes_equal(buffer_bytes(&buffer), WIRE("\x82\xa6number\x00\xa4name\xa0")));
    buffer_free(&buffer);
}

PREPARED_CLAIM(missing_fields_stay_zero)
{
    static const struct sample zero;

    assert_int_equal(decode_sample(WIRE("\x80")), ERR_OK);
    assert_memory_equal(&decoded, &zero, sizeof(zero));
}

PREPARED_CLAIM(nil_is_an_absent_optional)
{
    assert_int_equal(decode_sample(WIRE("\x82\xa5maybe\xc0\245extra\xc0")), ERR_OK);
    assert_false(decoded.has_maybe);
    assert_false(decoded.has_extra);
}

PREPARED_CLAIM(keys_may_come_in_any_order)
{
    assert_int_equal(decode_sample(WIRE("\x83\xa4text\xa1x\245count\x07\xa3yes\xc3")), ERR_OK);
    assert_int_equal(decoded.count, 7);
    assert_true(decoded.yes);
    same_text(decoded.text, TEXT("x"));
}

PREPARED_CLAIM(unknown_keys_are_skipped_with_all_they_hold)
{
    assert_int_equal(decode_sample(WIRE("\x84\xa1n\x82\xa1x\x93\x01\xc0\xc7\x01\x05z\xa1y\xd4\x01\x00\xa3yes\xc3"
                                        "\xa0\xc4\x02\xff\xff\245count\x01")),
                     ERR_OK);
    assert_true(decoded.yes);
    assert_int_equal(decoded.count, 1);
}

PREPARED_CLAIM(a_name_with_a_zero_in_it_is_another_name)
{
    assert_int_equal(decode_sample(WIRE("\x81\xa5yes\0\0\xc3")), ERR_OK);
    assert_false(decoded.yes);
}

PREPARED_CLAIM(an_unknown_word_is_kept_and_written_back)
{
    const struct bytes wire = WIRE("\x81\246colour\xa5green");
    struct buffer buffer = { 0 };

    assert_int_equal(decode_sample(wire), ERR_OK);
    assert_int_equal(decoded.colour.value, COLOUR_OTHER);
    same_text(decoded.colour.word, TEXT("green"));
    assert_int_equal(codec_encode(&sample_shape, &decoded, &buffer, &fault), ERR_OK);
    assert_non_null(memmem(buffer.at, buffer.len, "\246colour\xa5green", 13));
    buffer_free(&buffer);
}

PREPARED_CLAIM(a_whole_number_may_have_any_form_that_holds_it)
{
    static const char *const forms[] = { "\x05", "\xcc\x05", "\xcd\x00\x05", "\xd0\x05", "\xd1\x00\x05", NULL };
    static const uint32_t lens[] = { 1, 2, 3, 2, 3 };

    for (int i = 0; forms[i]; i++) {
        char wire[16] = "\x81\245count";

        memcpy(wire + 7, forms[i], lens[i]);
        assert_int_equal(decode_sample(bytes_of(wire, 7 + lens[i])), ERR_OK);
        assert_int_equal(decoded.count, 5);
    }
}

PREPARED_CLAIM(a_real_may_be_written_as_a_whole_number_or_float_32)
{
    assert_int_equal(decode_sample(WIRE("\x81\xa4part\x01")), ERR_OK);
    assert_true(decoded.part == 1);
    assert_int_equal(decode_sample(WIRE("\x81\xa4part\xca\x3f\x00\x00\x00")), ERR_OK);
    assert_true(decoded.part == 0.5);
    assert_int_equal(decode_sample(WIRE("\x81\250any_real\xff")), ERR_OK);
    assert_true(decoded.any_real == -1);
}

PREPARED_CLAIM(bytes_may_be_written_as_text)
{
    assert_int_equal(decode_sample(WIRE("\x81\xa4path\xa2/\xff")), ERR_OK);
    assert_true(bytes_equal(decoded.path, WIRE("/\xff")));
}

PREPARED_CLAIM(an_id_may_be_written_as_its_26_characters)
{
    char wire[40] = "\x81\xa2id\xba", digits[ID_TEXT_SIZE];
    const struct id id = id_new();

    memcpy(wire + 5, id_write(id, digits), 26);
    assert_int_equal(decode_sample(bytes_of(wire, 31)), ERR_OK);
    assert_true(id_equal(decoded.id, id));
}

PREPARED_CLAIM(a_copy_lasts_without_the_message_it_came_from)
{
    const struct sample full = sample_full();
    struct buffer buffer = { 0 };
    struct arena message = { 0 };
    struct sample copy;

    assert_int_equal(codec_encode(&sample_shape, &full, &buffer, &fault), ERR_OK);
    assert_int_equal(codec_decode(&sample_shape, buffer_bytes(&buffer), &message, &decoded, &fault), ERR_OK);
    assert_int_equal(codec_copy(&sample_shape, &decoded, &arena, &copy), ERR_OK);
    memset(buffer.at, 0xee, buffer.len);
    buffer_free(&buffer);
    arena_free(&message);
    same_sample(&full, &copy);
}

PREPARED_CLAIM(a_copy_past_the_limit_of_its_arena_is_full)
{
    const struct sample full = sample_full();
    struct arena small = { .limit = 16 };
    struct sample copy;

    assert_int_equal(codec_copy(&sample_shape, &full, &small, &copy), ERR_FULL);
    arena_free(&small);
}
