/* unpack.h: reads a file piece by piece, unpacked if it is compressed. One thread. */
#ifndef LOOPHOLE_WORKER_UNPACK_H
#define LOOPHOLE_WORKER_UNPACK_H

#include "services/worker/decode/input.h"

enum {
    UNPACK_MOST = 64 << 20, /* bytes of an unpacked file, unless unpack_allow sets others */
    UNPACK_PIECE = 64 << 10
};

enum unpack_form {
    UNPACK_PLAIN,
    UNPACK_GZIP,   /* Ableton Live, archives of kits */
    UNPACK_COUNTED /* LMMS: a length of 4 bytes, big-endian, then zlib's own format */
};

struct unpack;

/* `input` must outlive it. unpack_close frees the result. */
struct unpack *unpack_open(struct input *input, enum unpack_form form);
void unpack_close(struct unpack *unpack); /* NULL is allowed */

void unpack_allow(struct unpack *unpack, uint64_t most); /* bytes of the unpacked file, instead of UNPACK_MOST */

/* The next piece, valid until the next call; empty at the end. Errors: bad_request (damaged), too_large, io. */
enum err unpack_next(struct unpack *unpack, struct text *piece, struct fault *fault);

#endif
