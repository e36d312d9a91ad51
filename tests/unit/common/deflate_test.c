#include <string.h>

#include "common/deflate.h"
#include "tests/unit/claim.h"

enum { BYTES = 100000 };

static uint8_t plain[BYTES], back[BYTES + 100];

static struct buffer pack_plain(enum deflate_format format)
{
    struct buffer packed = { 0 };

    for (size_t i = 0; i < BYTES; i++)
        plain[i] = (uint8_t)(i * i >> 7);
    deflate_pack(bytes_of(plain, BYTES), format, &packed);
    assert_true(packed.len > 0 && packed.len < BYTES);
    return packed;
}

/* Gives the unpacker pieces of `step` bytes and rooms of `room` bytes. Returns what it unpacked in *len. */
static enum err unpack_in_pieces(struct unpacker *unpacker, struct bytes packed, uint32_t step, uint32_t room,
                                 uint32_t *len)
{
    struct bytes piece = { 0 };
    uint32_t got = 0, at = 0;
    enum err e = ERR_OK;

    *len = 0;
    while (e == ERR_OK && !deflate_is_over(unpacker) && *len < sizeof(back) && (piece.len || at < packed.len)) {
        if (!piece.len) {
            piece = bytes_of(packed.at + at, packed.len - at < step ? packed.len - at : step);
            at += piece.len;
        }
        uint32_t left = (uint32_t)sizeof(back) - *len;
        e = deflate_unpack(unpacker, &piece, back + *len, left < room ? left : room, &got);
        *len += got;
    }
    return e;
}

CLAIM(pieces_of_any_size_unpack_to_the_same_bytes)
{
    const uint32_t steps[] = { 1, 7, 1000, BYTES };

    for (int format = DEFLATE_ZLIB; format <= DEFLATE_GZIP; format++) {
        struct buffer packed = pack_plain((enum deflate_format)format);
        for (size_t i = 0; i < 16; i++) {
            struct unpacker *unpacker = deflate_open((enum deflate_format)format);
            uint32_t len;

            memset(back, 0, sizeof(back));
            assert_int_equal(unpack_in_pieces(unpacker, buffer_bytes(&packed), steps[i / 4], steps[i % 4], &len),
                             ERR_OK);
            assert_true(deflate_is_over(unpacker));
            assert_int_equal(len, BYTES);
            assert_memory_equal(back, plain, BYTES);
            deflate_close(unpacker);
        }
        buffer_free(&packed);
    }
}

CLAIM(bytes_after_the_end_stay_with_the_caller)
{
    struct buffer packed = pack_plain(DEFLATE_ZLIB);
    struct unpacker *unpacker = deflate_open(DEFLATE_ZLIB);
    struct bytes from;
    uint32_t len;

    buffer_add(&packed, "more", 4);
    from = buffer_bytes(&packed);
    assert_int_equal(deflate_unpack(unpacker, &from, back, sizeof(back), &len), ERR_OK);
    assert_true(deflate_is_over(unpacker) && from.len == 4 && memcmp(from.at, "more", 4) == 0);
    assert_int_equal(deflate_unpack(unpacker, &from, back, sizeof(back), &len), ERR_OK);
    assert_true(len == 0 && from.len == 4);
    deflate_close(unpacker);
    buffer_free(&packed);
}

/* The last byte of the data may be used while the room is full: the rest comes without more data. */
CLAIM(what_is_left_comes_when_all_data_is_used)
{
    enum { ROOM = 65536, FIRST = ROOM - 6, LAST = ROOM + 1064 };
    static uint8_t room[ROOM], zeros[LAST];

    for (uint32_t size = FIRST; size <= LAST; size++) {
        struct unpacker *unpacker = deflate_open(DEFLATE_RAW);
        struct buffer packed = { 0 };
        struct bytes from;
        uint32_t len = ROOM, total = 0;

        deflate_pack(bytes_of(zeros, size), DEFLATE_RAW, &packed);
        for (from = buffer_bytes(&packed); len == ROOM; total += len)
            assert_int_equal(deflate_unpack(unpacker, &from, room, ROOM, &len), ERR_OK);
        assert_true(deflate_is_over(unpacker) && from.len == 0);
        assert_int_equal(total, size);
        deflate_close(unpacker);
        buffer_free(&packed);
    }
}

CLAIM(truncated_data_has_no_end)
{
    struct buffer packed = pack_plain(DEFLATE_GZIP);

    for (size_t cut = 0; cut < packed.len; cut += packed.len / 100 + 1) {
        struct unpacker *unpacker = deflate_open(DEFLATE_GZIP);
        uint32_t len;

        assert_int_equal(unpack_in_pieces(unpacker, bytes_of(packed.at, cut), 1000, 1000, &len), ERR_OK);
        assert_false(deflate_is_over(unpacker));
        assert_memory_equal(back, plain, len);
        deflate_close(unpacker);
    }
    buffer_free(&packed);
}

CLAIM(damaged_data_is_refused_or_has_no_end)
{
    struct buffer packed = pack_plain(DEFLATE_GZIP);

    for (size_t at = 20; at < packed.len; at += packed.len / 200 + 1) {
        struct unpacker *unpacker = deflate_open(DEFLATE_GZIP);
        uint32_t len;

        packed.at[at] ^= 0x55;
        enum err e = unpack_in_pieces(unpacker, buffer_bytes(&packed), 1000, 1000, &len);
        assert_true(e == ERR_BAD_REQUEST || !deflate_is_over(unpacker));
        packed.at[at] ^= 0x55;
        deflate_close(unpacker);
    }
    buffer_free(&packed);
}

CLAIM(the_sum_is_the_crc_of_png)
{
    assert_int_equal(deflate_sum(0, bytes_of("123456789", 9)), 0xCBF43926);
    assert_int_equal(deflate_sum(deflate_sum(0, bytes_of("1234", 4)), bytes_of("56789", 5)), 0xCBF43926);
    assert_int_equal(deflate_sum(deflate_sum(0, bytes_of("IEND", 4)), (struct bytes){ 0 }), 0xAE426082);
}
