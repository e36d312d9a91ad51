#include "store/pattern/gzip.h"

#include "common/deflate.h"
#include "common/file.h"

enum { PIECE = 16384 };

bool gzip_is(struct bytes bytes)
{
    return bytes.len >= 2 && bytes.at[0] == 0x1f && bytes.at[1] == 0x8b;
}

/* Appends at most one piece more than `limit` bytes. */
static enum err unpack_pieces(struct unpacker *unpacker, struct bytes from, size_t limit, struct buffer *to)
{
    const size_t before = to->len;
    uint8_t piece[PIECE];
    uint32_t len = sizeof(piece);
    enum err e = ERR_OK;

    while (e == ERR_OK && len == sizeof(piece) && to->len - before <= limit) {
        e = deflate_unpack(unpacker, &from, piece, sizeof(piece), &len);
        buffer_add(to, piece, len);
    }
    return e == ERR_OK && !deflate_is_over(unpacker) ? ERR_BAD_REQUEST : e;
}

static enum err unpack_file(struct bytes from, size_t limit, struct buffer *to, struct fault *fault)
{
    struct unpacker *unpacker = deflate_open(DEFLATE_GZIP);
    const size_t before = to->len;
    enum err e = unpack_pieces(unpacker, from, limit, to);

    deflate_close(unpacker);
    if (to->len - before > limit)
        return fault_set(fault, ERR_TOO_LARGE, "the file unpacks to more than %zu bytes", limit);
    return e == ERR_OK ? e : fault_set(fault, e, "the file in gzip is damaged or cut");
}

enum err gzip_read(struct bytes from, size_t limit, struct buffer *to, struct fault *fault)
{
    if (gzip_is(from))
        return unpack_file(from, limit, to, fault);
    if (from.len > limit)
        return fault_set(fault, ERR_TOO_LARGE, "the file has more than %zu bytes", limit);
    buffer_add(to, from.at, from.len);
    return ERR_OK;
}

enum err gzip_read_file(const char *path, size_t limit, struct buffer *to, struct fault *fault)
{
    struct buffer packed = { 0 };
    enum err e = file_read_all(path, limit, &packed, fault);

    if (e == ERR_OK)
        e = gzip_read(buffer_bytes(&packed), limit, to, fault);
    buffer_free(&packed);
    return e;
}
