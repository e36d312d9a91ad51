#include <stdlib.h>

#include "common/buffer.h"
#include "proto/peers/wire.h"
#include "tests/unit/claim.h"

enum { MOST = 1000, MORE = 1, LONG = 2, COMMAND = 4 };

static void write_greeting(struct buffer *to)
{
    static const char greeting[64] = "\xff\0\0\0\0\0\0\0\0\x7f\x03\0NULL";

    buffer_add(to, greeting, sizeof(greeting));
    buffer_add(to, "\x04\x03xyz", 5); /* the command READY */
}

static void add_frame(struct buffer *to, uint8_t flags, size_t len)
{
    static const uint8_t bytes[2 * MOST];
    uint8_t head[9] = { flags, (uint8_t)len };

    if (flags & LONG)
        for (int i = 0; i < 8; i++)
            head[1 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
    buffer_add(to, head, flags & LONG ? 9 : 2);
    buffer_add(to, bytes, len);
}

/* In pieces of `piece` bytes; frees it. */
static bool is_taken_in(struct buffer *bytes, size_t piece)
{
    struct wire wire = { 0 };

    for (size_t from = 0; from < bytes->len; from += piece) {
        const uint8_t *at = bytes->at + from, *end = at + (from + piece < bytes->len ? piece : bytes->len - from);
        enum wire_event event;

        while ((event = wire_next(&wire, &at, end, MOST)) != WIRE_ALL)
            if (event == WIRE_BAD)
                return false;
    }
    return true;
}

static bool is_taken(struct buffer *bytes)
{
    bool whole = is_taken_in(bytes, bytes->len);

    for (size_t piece = 1; piece < 80; piece++)
        assert_int_equal(is_taken_in(bytes, piece), whole);
    buffer_free(bytes);
    return whole;
}

CLAIM(any_number_of_messages_below_the_limit_is_taken)
{
    struct buffer b = { 0 };

    write_greeting(&b);
    for (int i = 0; i < 300; i++) {
        add_frame(&b, 0, 0);
        add_frame(&b, MORE, (size_t)i % 256);
        add_frame(&b, COMMAND, 200); /* a heartbeat may come between */
        add_frame(&b, MORE | LONG, 300);
        add_frame(&b, LONG, 400);
    }
    assert_true(is_taken(&b));
}

CLAIM(a_message_is_refused_at_the_byte_past_the_limit)
{
    for (size_t more = 0; more < 2; more++) {
        struct buffer b = { 0 };
        write_greeting(&b);
        add_frame(&b, MORE, 98); /* 100 with its head */
        add_frame(&b, LONG, MOST - 100 - 9 + more);
        assert_int_equal(is_taken(&b), more == 0);
    }
}

CLAIM(a_message_without_an_end_is_refused)
{
    struct buffer b = { 0 };

    write_greeting(&b);
    for (int i = 0; i < 501; i++)
        add_frame(&b, MORE, 0); /* two bytes each */
    assert_false(is_taken(&b));
}

CLAIM(a_frame_of_any_announced_size_is_refused_at_its_head)
{
    static const uint64_t sizes[] = { MOST + 1, UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_MAX - 8 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        for (uint8_t flags = LONG; flags <= (LONG | COMMAND); flags += COMMAND) {
            struct buffer b = { 0 };
            write_greeting(&b);
            buffer_add(&b, &flags, 1);
            for (int j = 0; j < 8; j++)
                buffer_add(&b, &(uint8_t){ (uint8_t)(sizes[i] >> (56 - 8 * j)) }, 1);
            assert_false(is_taken(&b));
        }
    }
}

CLAIM(what_is_not_zmtp_3_is_refused)
{
    struct buffer http = { 0 }, old = { 0 };

    buffer_add_text(&http, "GET / HTTP/1.1\r\n\r\n");
    assert_false(is_taken(&http));
    write_greeting(&old);
    old.at[10] = 1;
    assert_false(is_taken(&old));
}

CLAIM(heads_and_ends_are_reported_in_order)
{
    struct buffer b = { 0 };
    struct wire wire = { 0 };
    enum wire_event event;
    const uint8_t *at, *end;
    uint64_t sizes[4];
    uint32_t heads = 0, ends = 0;

    write_greeting(&b);
    add_frame(&b, MORE, 0);
    add_frame(&b, LONG, 300);
    add_frame(&b, 0, 7);
    end = b.at + b.len;
    for (at = b.at; (event = wire_next(&wire, &at, end, MOST)) != WIRE_ALL; ends += event == WIRE_END) {
        assert_int_equal(event, heads == ends ? WIRE_HEAD : WIRE_END);
        if (event != WIRE_HEAD)
            continue;
        assert_int_equal(wire_is_command(&wire), heads == 0);
        assert_int_equal(wire_has_more(&wire), heads == 1);
        assert_int_equal(wire.frames, heads == 0 ? 0 : heads == 2 ? 2 : 1);
        sizes[heads++] = wire.left;
    }
    assert_memory_equal(sizes, ((uint64_t[]){ 3, 0, 300, 7 }), sizeof(sizes));
    assert_int_equal(ends, 4);
    buffer_free(&b);
}
