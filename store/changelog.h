/* changelog.h: the rows that say what changed, and the answers of requests. A request is remembered as long as its
 * newest change. One that changed nothing is remembered by its age and its bytes: when a client sends it again after
 * it was forgotten, it is done then for the first time, which for its client looks like a late arrival. */
#ifndef LOOPHOLE_STORE_CHANGELOG_H
#define LOOPHOLE_STORE_CHANGELOG_H

#include "common/clock.h"
#include "store/catalogue.h"
#include "store/row.h"

/* Rows go when they are past `rows` and `age`; past `bytes` earlier, but none younger than `young`. A bound of 0
 * bytes is none. */
struct changelog_limits {
    uint64_t rows;
    usec_t age;
    uint64_t bytes;       /* of the change log and all answers */
    usec_t young;         /* the longest budget of an ask: its client may still send it again */
    uint64_t quiet_rows;  /* of requests that changed nothing: so many stay however old they seem … */
    uint64_t quiet_bytes; /* … and past these bytes the oldest go */
};
extern const struct changelog_limits changelog_limits;

enum err changelog_add(struct writing *w, const struct change *change);

/* What is remembered of a request. `digest` is that of the client's ask (codec.h); 0 is unknown: the row is of
 * a store before version 3, and matches every ask. */
struct remembered {
    uint64_t digest;
    enum err error;
    struct bytes answer;
};

/* Keeps the answer of a request beside the last of its changes; `revision` 0: it changed nothing. */
enum err changelog_remember(struct writing *w, struct id request, uint64_t revision, usec_t now,
                            const struct remembered *what);
/* not_found: a new request. The answer points into the map. */
enum err changelog_recall(struct txn *txn, struct id request, struct remembered *what);

/* For a service that asks persist under its client's request id: what persist did for it. Errors: not_found (a new
 * request), conflict (another ask has the id), internal. `id` is that of the answer. */
enum err changelog_done(struct txn *txn, struct id request, uint64_t digest, struct id *id);

/* Gives a row of DB_REQUEST of a store before version 3 the digest 0. Errors: internal (the row is too short), full,
 * io. */
enum err changelog_add_digest(struct writing *w, struct bytes key, struct bytes value);

/* Takes away at most `most` of the oldest rows that are past the limits, each with its request. A row whose time is in
 * the future (the clock was set back since) stops nothing: a row that came later speaks for it. */
enum err changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most);

/* The bytes of all answers and parts, and of those of requests that changed nothing, as the store counts them. */
enum { CHANGELOG_ROW_OVERHEAD = 48 }; /* of a row: its key, and what LMDB adds */
struct changelog_bytes {
    uint64_t all, quiet;
};
struct changelog_bytes changelog_bytes(struct txn *txn);
enum err changelog_count_bytes(struct writing *w, int64_t all, int64_t quiet); /* adds; never below zero */

#endif
