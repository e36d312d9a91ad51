/* pieces.h: the parts of a file that is to be written: bytes of the old file, and new ones. One thread. */
#ifndef LOOPHOLE_WORKER_PIECES_H
#define LOOPHOLE_WORKER_PIECES_H

#include "common/arena.h"
#include "schema_worker.h"

enum { PIECES_MOST = 4096 };

struct pieces {
    struct arena *arena;
    struct label_piece_list list; /* `at` has PIECES_MOST entries */
    uint64_t size;                /* of all pieces */
    bool is_full;                 /* a piece had no room */
};

/* Begins an empty list, whose memory lies in the arena. */
void pieces_begin(struct pieces *pieces, struct arena *arena);

/* Adds bytes of the old file. What follows the last piece in the old file continues it. */
void pieces_copy(struct pieces *pieces, int64_t at, int64_t len);

/* Adds new bytes, which are copied. */
void pieces_add(struct pieces *pieces, const void *bytes, size_t len);

/* Adds all pieces of another list. */
void pieces_append(struct pieces *pieces, const struct pieces *more);

#endif
