#include "services/worker/sessions/unpack.h"

#include <stdlib.h>
#include <zlib.h>

#include "common/alloc.h"

enum { COUNT_BYTES = 4, WINDOW_GZIP = 15 + 16 };

struct unpack {
    struct input *input;
    enum unpack_form form;
    int64_t at; /* of the file */
    uint64_t total;
    z_stream stream;
    bool is_begun, is_over;
    uint8_t packed[UNPACK_PIECE];
    char piece[UNPACK_PIECE];
};

struct unpack *unpack_open(struct input *input, enum unpack_form form)
{
    struct unpack *unpack = alloc_zeroed(1, sizeof(*unpack));

    unpack->input = input;
    unpack->form = form;
    unpack->at = form == UNPACK_COUNTED ? COUNT_BYTES : 0;
    return unpack;
}

void unpack_close(struct unpack *unpack)
{
    if (!unpack)
        return;
    if (unpack->is_begun)
        inflateEnd(&unpack->stream);
    free(unpack);
}

static size_t read_packed(struct unpack *unpack, void *to)
{
    size_t got = input_read(unpack->input, unpack->at, to, UNPACK_PIECE);

    unpack->at += (int64_t)got;
    return got;
}

static enum err begin_stream(struct unpack *unpack, struct fault *fault)
{
    int window = unpack->form == UNPACK_GZIP ? WINDOW_GZIP : 15;

    if (unpack->is_begun)
        return ERR_OK;
    unpack->is_begun = inflateInit2(&unpack->stream, window) == Z_OK;
    return unpack->is_begun ? ERR_OK : fault_set(fault, ERR_FULL, "no memory to unpack the session");
}

static enum err inflate_piece(struct unpack *unpack, size_t *len, struct fault *fault)
{
    z_stream *stream = &unpack->stream;
    enum err e = begin_stream(unpack, fault);
    int rc = Z_OK;

    stream->next_out = (Bytef *)unpack->piece;
    stream->avail_out = UNPACK_PIECE;
    while (e == ERR_OK && rc == Z_OK && stream->avail_out) {
        if (stream->avail_in == 0) {
            stream->next_in = unpack->packed;
            stream->avail_in = (uInt)read_packed(unpack, unpack->packed);
        }
        if (stream->avail_in == 0)
            return fault_set(fault, ERR_BAD_REQUEST, "the session ends too early");
        rc = inflate(stream, Z_NO_FLUSH);
    }
    if (e == ERR_OK && rc != Z_OK && rc != Z_STREAM_END)
        return fault_set(fault, ERR_BAD_REQUEST, "the compressed data is damaged");
    unpack->is_over = rc == Z_STREAM_END;
    *len = UNPACK_PIECE - stream->avail_out;
    return e;
}

enum err unpack_next(struct unpack *unpack, struct text *piece, struct fault *fault)
{
    size_t len = 0;
    enum err e = ERR_OK;

    if (!unpack->is_over && unpack->form == UNPACK_PLAIN)
        len = read_packed(unpack, unpack->piece);
    else if (!unpack->is_over)
        e = inflate_piece(unpack, &len, fault);
    *piece = (struct text){ (uint32_t)len, unpack->piece };
    unpack->total += len;
    if (e == ERR_OK && unpack->total > UNPACK_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "the session is larger than %d MiB", UNPACK_MOST >> 20);
    return e;
}
