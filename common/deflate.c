#include "common/deflate.h"

#include <stdlib.h>
#include <zlib.h>

#include "common/alloc.h"

enum { WINDOW_ZLIB = 15, WINDOW_GZIP = 15 + 16, MEMORY_LEVEL = 8, PIECE = 16384 };

struct unpacker {
    z_stream stream;
    bool is_over;
};

static void *take_memory(void *unused, uInt count, uInt size)
{
    (void)unused;
    return alloc_zeroed(count, size);
}

static void free_memory(void *unused, void *at)
{
    (void)unused;
    free(at);
}

static int window_of(enum deflate_format format)
{
    return format == DEFLATE_GZIP ? WINDOW_GZIP : format == DEFLATE_RAW ? -WINDOW_ZLIB : WINDOW_ZLIB;
}

/* zlib reads from a pointer that is not const, but does not write there. */
static Bytef *start_of(struct bytes bytes)
{
    return (Bytef *)(uintptr_t)bytes.at;
}

void deflate_pack(struct bytes from, enum deflate_format format, struct buffer *to)
{
    z_stream stream = { .next_in = start_of(from), .avail_in = from.len, .zalloc = take_memory, .zfree = free_memory };
    uint8_t piece[PIECE];
    int code;

    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_of(format), MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        alloc_fail(0); /* the arguments are right */
    do {
        stream.next_out = piece;
        stream.avail_out = sizeof(piece);
        code = deflate(&stream, Z_FINISH);
        buffer_add(to, piece, sizeof(piece) - stream.avail_out);
    } while (code == Z_OK);
    deflateEnd(&stream);
}

uint32_t deflate_sum(uint32_t before, struct bytes bytes)
{
    return bytes.len > 0 ? (uint32_t)crc32(before, bytes.at, bytes.len) : before;
}

struct unpacker *deflate_open(enum deflate_format format)
{
    struct unpacker *unpacker = alloc_zeroed(1, sizeof(*unpacker));

    unpacker->stream.zalloc = take_memory;
    unpacker->stream.zfree = free_memory;
    if (inflateInit2(&unpacker->stream, window_of(format)) != Z_OK)
        alloc_fail(0); /* the arguments are right */
    return unpacker;
}

void deflate_close(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    inflateEnd(&unpacker->stream);
    free(unpacker);
}

enum err deflate_unpack(struct unpacker *unpacker, struct bytes *from, void *to, uint32_t room, uint32_t *len)
{
    z_stream *stream = &unpacker->stream;
    int code = Z_OK;

    stream->next_in = start_of(*from);
    stream->avail_in = from->len;
    stream->next_out = to;
    stream->avail_out = room;
    while (code == Z_OK && !unpacker->is_over && stream->avail_out) { /* it may keep bytes from an earlier call */
        code = inflate(stream, Z_NO_FLUSH);
        unpacker->is_over = code == Z_STREAM_END;
    }
    *len = room - stream->avail_out;
    *from = (struct bytes){ stream->avail_in, stream->next_in };
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR /* no progress */ ? ERR_OK : ERR_BAD_REQUEST;
}

bool deflate_is_over(const struct unpacker *unpacker)
{
    return unpacker->is_over;
}
