#include "services/worker/sessions/unpack.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/deflate.h"

enum { COUNT_BYTES = 4, GZIP_FIRST = 0x1f };

struct unpack {
    struct input *input;
    enum unpack_form form;
    int64_t at; /* of the file */
    uint64_t total, most;
    struct unpacker *unpacker; /* NULL: the file is plain */
    struct bytes left;         /* of `packed` */
    uint8_t packed[UNPACK_PIECE];
    char piece[UNPACK_PIECE];
};

struct unpack *unpack_open(struct input *input, enum unpack_form form)
{
    struct unpack *unpack = alloc_zeroed(1, sizeof(*unpack));

    unpack->input = input;
    unpack->form = form;
    unpack->most = UNPACK_MOST;
    if (form != UNPACK_PLAIN)
        unpack->unpacker = deflate_open(form == UNPACK_GZIP ? DEFLATE_GZIP : DEFLATE_ZLIB);
    unpack->at = form == UNPACK_COUNTED ? COUNT_BYTES : 0;
    return unpack;
}

void unpack_close(struct unpack *unpack)
{
    if (!unpack)
        return;
    deflate_close(unpack->unpacker);
    free(unpack);
}

void unpack_allow(struct unpack *unpack, uint64_t most)
{
    unpack->most = most;
}

static size_t read_packed(struct unpack *unpack, void *to)
{
    size_t got = input_read(unpack->input, unpack->at, to, UNPACK_PIECE);

    unpack->at += (int64_t)got;
    return got;
}

static void fill_packed(struct unpack *unpack)
{
    if (!unpack->left.len)
        unpack->left = bytes_of(unpack->packed, read_packed(unpack, unpack->packed));
}

/* False at the end. A gzip file may have several members in sequence (RFC 1952); bytes that begin no member end it. */
static bool find_data(struct unpack *unpack)
{
    if (!deflate_is_over(unpack->unpacker))
        return true;
    if (unpack->form != UNPACK_GZIP)
        return false;
    fill_packed(unpack);
    if (!unpack->left.len || *unpack->left.at != GZIP_FIRST)
        return false;
    deflate_close(unpack->unpacker);
    unpack->unpacker = deflate_open(DEFLATE_GZIP);
    return true;
}

static enum err unpack_piece(struct unpack *unpack, uint32_t *len, struct fault *fault)
{
    uint32_t got;

    while (*len < UNPACK_PIECE && find_data(unpack)) {
        fill_packed(unpack);
        if (!unpack->left.len)
            return fault_set(fault, ERR_BAD_REQUEST, "the compressed data ends too early");
        if (deflate_unpack(unpack->unpacker, &unpack->left, unpack->piece + *len, UNPACK_PIECE - *len, &got) != ERR_OK)
            return fault_set(fault, ERR_BAD_REQUEST, "the compressed data is damaged");
        *len += got;
    }
    return ERR_OK;
}

enum err unpack_next(struct unpack *unpack, struct text *piece, struct fault *fault)
{
    uint32_t len = 0;
    enum err e = ERR_OK;

    if (unpack->unpacker)
        e = unpack_piece(unpack, &len, fault);
    else
        len = (uint32_t)read_packed(unpack, unpack->piece);
    *piece = (struct text){ len, unpack->piece };
    unpack->total += len;
    if (e == ERR_OK && unpack->total > unpack->most)
        return fault_set(fault, ERR_TOO_LARGE, "the file %s than %llu MiB",
                         unpack->unpacker ? "unpacks to more" : "is larger", (unsigned long long)unpack->most >> 20);
    return e;
}
