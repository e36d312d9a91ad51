#include "store/pattern/gzip.h"

#include <zlib.h>

#include "common/file.h"

enum { WINDOW_GZIP = 15 + 16, MEMORY_LEVEL = 8, PIECE = 16384 };

bool gzip_is(struct bytes bytes)
{
    return bytes.len >= 2 && bytes.at[0] == 0x1f && bytes.at[1] == 0x8b;
}

enum err gzip_pack(struct bytes from, struct buffer *to, struct fault *fault)
{
    z_stream stream = { .next_in = (Bytef *)(uintptr_t)from.at, .avail_in = (uInt)from.len };
    uint8_t piece[PIECE];
    int code;

    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return fault_set(fault, ERR_FULL, "no memory to pack the pattern");
    do {
        stream.next_out = piece;
        stream.avail_out = sizeof(piece);
        code = deflate(&stream, Z_FINISH);
        buffer_add(to, piece, sizeof(piece) - stream.avail_out);
    } while (code == Z_OK);
    deflateEnd(&stream);
    return code == Z_STREAM_END ? ERR_OK : fault_set(fault, ERR_FULL, "no memory to pack the pattern");
}

/* Returns Z_STREAM_END after the last byte. */
static int inflate_all(z_stream *stream, size_t limit, struct buffer *to)
{
    const size_t from = to->len;
    uint8_t piece[PIECE];
    int code;

    do {
        stream->next_out = piece;
        stream->avail_out = sizeof(piece);
        code = inflate(stream, Z_NO_FLUSH);
        buffer_add(to, piece, sizeof(piece) - stream->avail_out);
    } while (code == Z_OK && to->len - from <= limit);
    return code;
}

enum err gzip_unpack(struct bytes from, size_t limit, struct buffer *to, struct fault *fault)
{
    z_stream stream = { .next_in = (Bytef *)(uintptr_t)from.at, .avail_in = (uInt)from.len };
    const size_t before = to->len;
    int code;

    if (inflateInit2(&stream, WINDOW_GZIP) != Z_OK)
        return fault_set(fault, ERR_FULL, "no memory to unpack the file");
    code = inflate_all(&stream, limit, to);
    inflateEnd(&stream);
    if (to->len - before > limit)
        return fault_set(fault, ERR_TOO_LARGE, "the file unpacks to more than %zu bytes", limit);
    return code == Z_STREAM_END ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "the file in gzip is damaged or cut");
}

enum err gzip_read_file(const char *path, size_t limit, struct buffer *to, struct fault *fault)
{
    struct buffer packed = { 0 };
    enum err e = file_read_all(path, limit, &packed, fault);

    if (e == ERR_OK && gzip_is(buffer_bytes(&packed)))
        e = gzip_unpack(buffer_bytes(&packed), limit, to, fault);
    else if (e == ERR_OK)
        buffer_add(to, packed.at, packed.len);
    buffer_free(&packed);
    return e;
}
