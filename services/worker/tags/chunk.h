/* chunk.h: walks the chunks of RIFF (RIFX, RF64, BW64) and IFF (AIFF) files: 4 letters, a size of 4 bytes, data
 * padded to an even length. RF64 after EBU Tech 3306. One thread. */
#ifndef LOOPHOLE_WORKER_CHUNK_H
#define LOOPHOLE_WORKER_CHUNK_H

#include "services/worker/decode/input.h"

struct chunk {
    char id[5];
    int64_t at;        /* where its data begin */
    int64_t size;      /* of its data, as much as is there */
    int64_t announced; /* as its header says; -1: does not say (a stream) */
};

struct chunk_walk {
    struct input *input;
    char form[5]; /* "WAVE", "AIFF", "AIFC" */
    bool big;     /* big-endian sizes and numbers */
    int64_t next;
    int64_t end;
    int64_t data64; /* the size of `data` that a ds64 chunk states; -1: none */
    unsigned left;  /* chunks still to be looked at */
};

/* False: not such a file. */
bool chunk_open(struct chunk_walk *walk, struct input *input);

/* A walk over the chunks inside of `outer`, whose first 4 bytes are its form (LIST INFO). */
bool chunk_inside(struct chunk_walk *walk, const struct chunk_walk *outer, const struct chunk *chunk);

/* The next chunk; false at the end, or after 4,096 of them. */
bool chunk_next(struct chunk_walk *walk, struct chunk *chunk);

bool chunk_is(const struct chunk *chunk, const char *id);

/* Reads the beginning of the data, at most `room` bytes; what is not there is zero. Gives how many came. */
size_t chunk_read(struct input *input, const struct chunk *chunk, void *to, size_t room);

#endif
