#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/sample.h"

/* Every message has a block of exactly its size, so that a sanitizer or valgrind detects a read after its end. */

enum { RANDOM_MESSAGES = 1000000, BROKEN_MESSAGES = 200000 };

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static enum err decode_bytes(const uint8_t *at, size_t len, struct arena *arena)
{
    struct sample sample = { 0 };
    struct fault fault = { 0 };
    enum err e;

    arena_reset(arena);
    e = codec_decode(&sample_shape, bytes_of(at, len), arena, &sample, &fault);
    assert_int_equal(fault.code, e);
    return e;
}

static enum err decode_copy(const uint8_t *at, size_t len, struct arena *arena)
{
    uint8_t *copy = malloc(len ? len : 1);
    enum err e;

    assert_non_null(copy);
    memcpy(copy, at, len);
    e = decode_bytes(copy, len, arena);
    free(copy);
    return e;
}

static struct buffer full_message(void)
{
    const struct sample full = sample_full();
    struct buffer buffer = { 0 };

    assert_int_equal(codec_encode(&sample_shape, &full, &buffer, NULL), ERR_OK);
    return buffer;
}

CLAIM(a_message_cut_anywhere_is_refused)
{
    struct buffer message = full_message();
    struct arena arena = { 0 };

    for (size_t len = 0; len < message.len; len++)
        assert_int_equal(decode_copy(message.at, len, &arena), ERR_BAD_REQUEST);
    assert_int_equal(decode_copy(message.at, message.len, &arena), ERR_OK);
    arena_free(&arena);
    buffer_free(&message);
}

CLAIM(a_message_with_any_one_byte_changed_is_read_or_refused)
{
    struct buffer message = full_message();
    struct arena arena = { 0 };

    for (size_t i = 0; i < message.len; i++) {
        const uint8_t was = message.at[i];

        for (unsigned value = 0; value < 256; value++) {
            message.at[i] = (uint8_t)value;
            decode_bytes(message.at, message.len, &arena);
        }
        message.at[i] = was;
    }
    arena_free(&arena);
    buffer_free(&message);
}

CLAIM(a_message_with_several_bytes_changed_is_read_or_refused)
{
    struct buffer message = full_message();
    uint8_t *broken = malloc(message.len);
    struct arena arena = { 0 };
    uint64_t seed = 808;

    assert_non_null(broken);
    for (int i = 0; i < BROKEN_MESSAGES; i++) {
        memcpy(broken, message.at, message.len);
        for (uint64_t changes = 1 + next_random(&seed) % 8; changes > 0; changes--)
            broken[next_random(&seed) % message.len] = (uint8_t)next_random(&seed);
        decode_bytes(broken, message.len, &arena);
    }
    free(broken);
    arena_free(&arena);
    buffer_free(&message);
}

CLAIM(random_bytes_are_read_or_refused)
{
    struct arena arena = { 0 };
    uint8_t bytes[64];
    uint64_t seed = 303;

    for (int i = 0; i < RANDOM_MESSAGES; i++) {
        const size_t len = 1 + next_random(&seed) % sizeof(bytes);
        struct ask_frame frame;

        for (size_t at = 0; at < len; at++)
            bytes[at] = (uint8_t)next_random(&seed);
        bytes[0] = i % 2 ? bytes[0] : (uint8_t)(0x80 | bytes[0] % 16);
        decode_bytes(bytes, len, &arena);
        frame_read_ask(bytes_of(bytes, len), &frame, NULL);
    }
    arena_free(&arena);
}

CLAIM(a_false_length_costs_no_memory)
{
    static const char lie[] = "\x81\xa4ints\xdd\xff\xff\xff\xff\x01";
    struct arena arena = { 0 };

    assert_int_equal(decode_bytes((const uint8_t *)lie, sizeof(lie) - 1, &arena), ERR_BAD_REQUEST);
    assert_int_equal(arena.total, 0);
    arena_free(&arena);
}

CLAIM(a_depth_bomb_under_an_unknown_key_is_refused)
{
    uint8_t bomb[100000] = "\x81\xa1?";
    struct arena arena = { 0 };

    memset(bomb + 3, 0x91, sizeof(bomb) - 3);
    assert_int_equal(decode_bytes(bomb, sizeof(bomb), &arena), ERR_BAD_REQUEST);
    arena_free(&arena);
}

CLAIM(an_unknown_value_may_be_as_deep_as_the_limit_and_no_deeper)
{
    uint8_t wire[16] = "\x81\xa1?";
    struct arena arena = { 0 };

    memset(wire + 3, 0x91, CODEC_DEPTH);
    wire[3 + CODEC_DEPTH - 2] = 0x90;
    assert_int_equal(decode_bytes(wire, 3 + CODEC_DEPTH - 1, &arena), ERR_OK);
    wire[3 + CODEC_DEPTH - 2] = 0x91;
    wire[3 + CODEC_DEPTH - 1] = 0x90;
    assert_int_equal(decode_bytes(wire, 3 + CODEC_DEPTH, &arena), ERR_BAD_REQUEST);
    arena_free(&arena);
}
