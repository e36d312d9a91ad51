/* changelog.h: the rows that say what changed, and the answers of the requests that changed it. A request is remembered
 * as long as its change; one that changed nothing is remembered by its age. */
#ifndef LOOPHOLE_STORE_CHANGELOG_H
#define LOOPHOLE_STORE_CHANGELOG_H

#include "common/clock.h"
#include "store/catalogue.h"
#include "store/row.h"

/* How much is kept at least; rows go when they are past both. */
struct changelog_limits {
    uint64_t rows;
    usec_t age;
};
extern const struct changelog_limits changelog_limits; /* 1,000,000 rows and 24 hours */

enum err changelog_add(struct writing *w, const struct change *change);

/* What is remembered of a request. `digest` is that of the client's ask (proto/codec.h); 0 is unknown: the row is of
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

/* Gives a row of DB_REQUEST of a store before version 3 the digest 0. Errors: internal (the row is too short), full,
 * io. */
enum err changelog_add_digest(struct writing *w, struct bytes key, struct bytes value);

/* Takes away at most `most` of the oldest rows that are past the limits, each with its request. */
enum err changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most);

#endif
