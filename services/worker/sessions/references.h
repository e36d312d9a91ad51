/* references.h: the files that one session file refers to, as a parser collects them. All counts have bounds, because a
 * session file may contain anything. One thread. */
#ifndef LOOPHOLE_WORKER_REFERENCES_H
#define LOOPHOLE_WORKER_REFERENCES_H

#include "common/arena.h"
#include "common/id_table.h"
#include "schema_worker.h"

enum {
    REFERENCES_MAX = 2048,
    REFERENCES_BYTES = 2 << 20, /* of all paths, so that a session fits into a message */
    REFERENCE_PATH_MAX = 4095,
    REFERENCE_TRACK_MAX = 255
};

struct references {
    struct arena *arena;
    struct session_read *to;
    uint32_t bytes;        /* of the paths */
    struct id_table known; /* the place of each path, and 1 */
};

/* Makes an empty list in `arena`, which has no limit and must outlive it. */
void references_begin(struct references *references, struct arena *arena, struct session_read *to);
void references_end(struct references *references); /* the list stays */

/* A text's key for a table: a session may have millions of them. */
struct id references_key(struct text text);

/* Adds a file and returns its reference; NULL: none was added. A path that was added before keeps its first track, and
 * gets a missing size or length. Ignores an empty path. Beyond REFERENCES_MAX or REFERENCES_BYTES, only counts. */
struct session_reference *references_add(struct references *references, struct text path, struct text track,
                                         uint64_t size, int64_t frames);

/* Keep a name of the program or its version, cut to whole characters. */
void references_program(struct references *references, struct text program, struct text version);

#endif
