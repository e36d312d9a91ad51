/* changelog.h: the rows of changes, and the answers of requests. A request is kept as long as its newest change. A
 * request without changes is kept by its age and bytes. If a client repeats it after that, it is done for the first
 * time, like one that arrived late. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_CHANGELOG_H
#define LOOPHOLE_STORE_CHANGELOG_H

#include "common/clock.h"
#include "store/catalogue.h"
#include "store/row.h"

/* Adds a row to the change log. Errors: full, io. */
enum err changelog_add(struct writing *w, const struct change *change);

/* What is kept of a request. `digest` is that of the client's ask (codec.h); 0: unknown, in a row of a store before
 * version 3, which matches every ask. */
struct remembered {
    uint64_t digest;
    uint64_t revision; /* of its newest change; 0: it changed nothing. changelog_remember takes its own */
    enum err error;
    struct bytes answer;
};

/* Keeps the answer of a request with its newest change; `revision` 0: it changed nothing. */
enum err changelog_remember(struct writing *w, struct id request, uint64_t revision, usec_t now,
                            const struct remembered *what);
/* Finds the kept answer; it points into the map. Errors: not_found (a new request). */
enum err changelog_recall(struct txn *txn, struct id request, struct remembered *what);

/* Finds the newest change of a request that has one. Errors: not_found (a new request, or one without changes). */
enum err changelog_newest(struct txn *txn, struct arena *arena, const struct remembered *kept, struct change *to);

/* For a service that asks persist under its client's request id: returns the `id` of persist's answer. Errors:
 * not_found (a new request), conflict (another ask has the request id), internal. */
enum err changelog_done(struct txn *txn, struct id request, uint64_t digest, struct id *id);

/* Adds the digest 0 to a row of DB_REQUEST from before version 3. Errors: internal (the row is too short), full, io. */
enum err changelog_add_digest(struct writing *w, struct bytes key, struct bytes value);

enum { CHANGELOG_ROW_OVERHEAD = 48 }; /* bytes of a row: its key, and LMDB's own */

/* The bytes of all answers and parts, and of those of requests without changes, as the store counts them. Exported for
 * tests, which compare the count with the rows. */
struct changelog_bytes {
    uint64_t all, quiet;
};
struct changelog_bytes changelog_bytes(struct txn *txn);

/* Adds to the two counts, which never become less than zero. Errors: full, io. */
enum err changelog_count_bytes(struct writing *w, int64_t all, int64_t quiet);

#endif
