/* chunk.h: walks the chunks of RIFF (RIFX, RF64, BW64) and IFF (AIFF) files. A chunk has 4 letters, a size of 4 bytes,
 * and data padded to an even length. RF64 follows EBU Tech 3306. One thread. */
#ifndef LOOPHOLE_WORKER_CHUNK_H
#define LOOPHOLE_WORKER_CHUNK_H

#include "services/worker/decode/input.h"

struct chunk {
    char id[5];
    int64_t at;        /* offset of its data */
    int64_t size;      /* bytes of data that are present */
    int64_t announced; /* bytes according to the header; -1: unknown (a stream) */
};

struct chunk_walk {
    struct input *input;
    char form[5]; /* "WAVE", "AIFF", "AIFC" */
    bool big;     /* big-endian sizes and numbers */
    int64_t next;
    int64_t end;
    int64_t data64; /* the size of `data` according to a ds64 chunk; -1: none */
    unsigned left;  /* chunks that may still be read */
};

/* False: not a RIFF or IFF file. */
bool chunk_open(struct chunk_walk *walk, struct input *input);

/* Walks the chunks inside `outer`; its first 4 bytes are the form (LIST INFO). */
bool chunk_inside(struct chunk_walk *walk, const struct chunk_walk *outer, const struct chunk *chunk);

/* False at the end, or after 4,096 chunks. */
bool chunk_next(struct chunk_walk *walk, struct chunk *chunk);

bool chunk_is(const struct chunk *chunk, const char *id); /* `id` is its 4 letters */

/* Reads the beginning of the data, at most `room` bytes, and returns how many were read. The rest of `to` becomes
 * zero. */
size_t chunk_read(struct input *input, const struct chunk *chunk, void *to, size_t room);

#endif
