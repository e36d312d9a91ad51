#include <string.h>

#include "common/buffer.h"
#include "tests/unit/claim.h"

CLAIM(bytes_come_out_as_they_went_in)
{
    struct buffer buffer = { 0 };

    for (int i = 0; i < 1000; i++)
        buffer_printf(&buffer, "%03d,", i);
    buffer_add_text(&buffer, "end");
    buffer_add(&buffer, "\0x", 2);
    assert_int_equal(buffer.len, 4005);
    assert_memory_equal(buffer.at, "000,001,", 8);
    assert_memory_equal(buffer.at + 4000, "end\0x", 5);
    assert_int_equal(buffer_bytes(&buffer).len, 4005);
    buffer_free(&buffer);
}

CLAIM(the_bytes_as_c_text_end_with_a_zero)
{
    struct buffer buffer = { 0 };

    assert_string_equal(buffer_c(&buffer), "");
    for (int i = 0; i < 300; i++) {
        buffer_add(&buffer, "x", 1);
        assert_int_equal(strlen(buffer_c(&buffer)), i + 1);
    }
    buffer_free(&buffer);
}

CLAIM(the_limit_holds_to_the_byte_however_small_the_pieces)
{
    enum { LIMIT = 1000 };
    struct buffer buffer = { .limit = LIMIT };

    for (int i = 0; i < LIMIT; i++)
        buffer_add(&buffer, "x", 1);
    assert_false(buffer.failed);
    assert_int_equal(buffer.len, LIMIT);
    buffer_add(&buffer, "x", 1);
    assert_true(buffer.failed);
    assert_int_equal(buffer.len, LIMIT);
    buffer_free(&buffer);
}

CLAIM(printed_text_fills_the_room_and_the_limit_to_the_byte)
{
    enum { LIMIT = 1000 };
    struct buffer buffer = { .limit = LIMIT };

    for (int i = 0; i < LIMIT / 4; i++)
        buffer_printf(&buffer, "%04d", i);
    assert_false(buffer.failed);
    assert_int_equal(buffer.len, LIMIT);
    assert_memory_equal(buffer.at + LIMIT - 8, "02480249", 8);
    buffer_printf(&buffer, "%d", 1);
    assert_true(buffer.failed);
    assert_int_equal(buffer.len, LIMIT);
    buffer_free(&buffer);
}

CLAIM(past_the_limit_it_fails_and_stays_failed)
{
    struct buffer buffer = { .limit = 10 };

    buffer_add(&buffer, "1234567890", 10);
    assert_false(buffer.failed);
    buffer_add(&buffer, "1", 1);
    assert_true(buffer.failed);
    buffer_add(&buffer, "", 0);
    buffer_printf(&buffer, "x");
    assert_int_equal(buffer.len, 10);
    assert_string_equal(buffer_c(&buffer), "");
    buffer_reset(&buffer);
    buffer_add_text(&buffer, "again");
    assert_string_equal(buffer_c(&buffer), "again");
    buffer_free(&buffer);
}

CLAIM(a_length_beyond_all_memory_fails)
{
    struct buffer buffer = { .limit = SIZE_MAX / 2 };

    buffer_add_text(&buffer, "x");
    buffer_add(&buffer, "y", SIZE_MAX);
    assert_true(buffer.failed);
    buffer_free(&buffer);
    assert_false(buffer.failed);
    assert_null(buffer.at);
}
