#include <string.h>

#include "proto/wire/token.h"
#include "tests/unit/claim.h"

#define WIRE(literal)    bytes_of(literal, sizeof(literal) - 1)
#define WIRE_OF(literal) { sizeof(literal) - 1, (const uint8_t *)(literal) }

static struct token read_one(struct bytes from)
{
    struct token_reader reader = token_reader_of(from);
    struct token token = { 0 };

    assert_true(token_read(&reader, &token));
    assert_ptr_equal(reader.at, reader.end);
    return token;
}

static void expect_refusal(struct bytes from)
{
    struct token_reader reader = token_reader_of(from);
    struct token token;

    assert_false(token_read(&reader, &token));
}

static enum err scan_bytes(struct bytes from)
{
    struct fault fault = { 0 };
    enum err e = token_scan(from, 8, &fault);

    assert_int_equal(fault.code, e);
    return e;
}

CLAIM(a_number_has_the_same_value_in_every_form)
{
    static const struct {
        struct bytes wire;
        int64_t value;
    } forms[] = {
        { WIRE_OF("\x00"), 0 },
        { WIRE_OF("\x7f"), 127 },
        { WIRE_OF("\xff"), -1 },
        { WIRE_OF("\xe0"), -32 },
        { WIRE_OF("\xcc\xff"), 255 },
        { WIRE_OF("\xcd\x01\x02"), 258 },
        { WIRE_OF("\xce\x01\x02\x03\x04"), 0x01020304 },
        { WIRE_OF("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"), INT64_MAX },
        { WIRE_OF("\xd0\x80"), -128 },
        { WIRE_OF("\xd1\xff\xfe"), -2 },
        { WIRE_OF("\xd2\x80\x00\x00\x00"), INT32_MIN },
        { WIRE_OF("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), INT64_MIN },
        { WIRE_OF("\xd3\x00\x00\x00\x00\x00\x00\x00\x05"), 5 },
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct token token = read_one(forms[i].wire);

        assert_int_equal(token.type, forms[i].value < 0 ? TOKEN_INT : TOKEN_UINT);
        assert_int_equal(token.i, forms[i].value);
    }
    assert_true(read_one(WIRE("\xcf\xff\xff\xff\xff\xff\xff\xff\xff")).u == UINT64_MAX);
}

CLAIM(reals_of_both_widths_are_read)
{
    assert_true(read_one(WIRE("\xca\xbf\x00\x00\x00")).real == -0.5);
    assert_true(read_one(WIRE("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a")).real == 0.1);
}

CLAIM(nil_and_both_bools_are_read)
{
    assert_int_equal(read_one(WIRE("\xc0")).type, TOKEN_NIL);
    assert_int_equal(read_one(WIRE("\xc2")).type, TOKEN_BOOL);
    assert_false(read_one(WIRE("\xc2")).yes);
    assert_true(read_one(WIRE("\xc3")).yes);
}

CLAIM(texts_and_bytes_lie_in_the_message)
{
    static const struct bytes wires[] = {
        WIRE_OF("\xa2hi"),     WIRE_OF("\xd9\x02hi"),   WIRE_OF("\xda\0\x02hi"),     WIRE_OF("\xdb\0\0\0\x02hi"),
        WIRE_OF("\xc4\x02hi"), WIRE_OF("\xc5\0\x02hi"), WIRE_OF("\xc6\0\0\0\x02hi"),
    };

    for (size_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
        const struct token token = read_one(wires[i]);

        assert_int_equal(token.type, i < 4 ? TOKEN_TEXT : TOKEN_BYTES);
        assert_ptr_equal(token.at, wires[i].at + wires[i].len - 2);
        assert_true(text_is(token_text(&token), "hi"));
    }
}

CLAIM(extensions_are_passed_over)
{
    assert_int_equal(read_one(WIRE("\xd4\x05x")).type, TOKEN_EXT);
    assert_int_equal(read_one(WIRE("\xd5\x05xx")).count, 2);
    assert_int_equal(read_one(WIRE("\xd6\x05xxxx")).count, 4);
    assert_int_equal(read_one(WIRE("\xd7\x05xxxxxxxx")).count, 8);
    assert_int_equal(read_one(WIRE("\xd8\x05xxxxxxxxxxxxxxxx")).count, 16);
    assert_int_equal(read_one(WIRE("\xc7\x03\x05xxx")).count, 3);
    assert_int_equal(read_one(WIRE("\xc8\0\x03\x05xxx")).count, 3);
    assert_int_equal(read_one(WIRE("\xc9\0\0\0\x03\x05xxx")).count, 3);
    expect_refusal(WIRE("\xd4\x05"));
    expect_refusal(WIRE("\xc7\x00"));
}

CLAIM(a_header_that_announces_more_than_is_there_is_refused)
{
    expect_refusal(WIRE("\xdd\xff\xff\xff\xff\x01"));
    expect_refusal(WIRE("\xdf\xff\xff\xff\xff\x01\x01"));
    expect_refusal(WIRE("\xdf\x80\x00\x00\x00\x01\x01"));
    expect_refusal(WIRE("\xdb\xff\xff\xff\xffx"));
    expect_refusal(WIRE("\xc6\xff\xff\xff\xffx"));
    expect_refusal(WIRE("\xc9\xff\xff\xff\xff\x05x"));
    expect_refusal(WIRE("\x92\x01"));
    expect_refusal(WIRE("\x81\x01"));
}

CLAIM(a_header_that_is_cut_is_refused)
{
    char wire[9];

    expect_refusal(WIRE(""));
    for (int first = 0xc1; first <= 0xdf; first++) {
        if (first == 0xc2 || first == 0xc3)
            continue;
        wire[0] = (char)first;
        expect_refusal(bytes_of(wire, 1));
    }
}

CLAIM(the_byte_that_no_message_may_hold_is_refused)
{
    expect_refusal(WIRE("\xc1\x00\x00"));
    assert_int_equal(scan_bytes(WIRE("\x92\x01\xc1")), ERR_BAD_REQUEST);
}

CLAIM(a_scan_takes_one_whole_value_only)
{
    assert_int_equal(scan_bytes(WIRE("\x01")), ERR_OK);
    assert_int_equal(scan_bytes(WIRE("\x90")), ERR_OK);
    assert_int_equal(scan_bytes(WIRE("\x93\x01\x82\xa1x\x90\x02\x91\xc0\xa0")), ERR_OK);
    assert_int_equal(scan_bytes(WIRE("")), ERR_BAD_REQUEST);
    assert_int_equal(scan_bytes(WIRE("\x01\x01")), ERR_BAD_REQUEST);
    assert_int_equal(scan_bytes(WIRE("\x92\x91\x01")), ERR_BAD_REQUEST);
}

CLAIM(depth_is_counted_in_maps_and_lists)
{
    struct fault fault;

    assert_int_equal(token_scan(WIRE("\x91\x91\x90"), 3, &fault), ERR_OK);
    assert_int_equal(token_scan(WIRE("\x91\x91\x90"), 2, &fault), ERR_BAD_REQUEST);
    assert_int_equal(token_scan(WIRE("\x81\x01\x81\x01\x90"), 3, &fault), ERR_OK);
    assert_int_equal(token_scan(WIRE("\x81\x01\x81\x01\x90"), 2, &fault), ERR_BAD_REQUEST);
    assert_int_equal(token_scan(WIRE("\x93\x90\x90\x90"), 2, &fault), ERR_OK);
    assert_int_equal(token_scan(WIRE("\x01"), 0, &fault), ERR_OK);
    assert_int_equal(token_scan(WIRE("\x90"), 0, &fault), ERR_BAD_REQUEST);
}

CLAIM(a_depth_bomb_is_refused)
{
    static uint8_t bomb[1 << 20];

    memset(bomb, 0x91, sizeof(bomb));
    assert_int_equal(scan_bytes(bytes_of(bomb, sizeof(bomb))), ERR_BAD_REQUEST);
    memset(bomb, 0x81, sizeof(bomb));
    assert_int_equal(scan_bytes(bytes_of(bomb, sizeof(bomb))), ERR_BAD_REQUEST);
    assert_int_equal(token_scan(bytes_of(bomb, sizeof(bomb)), UINT32_MAX, NULL), ERR_BAD_REQUEST);
}
