/* parts.h: the progress of a request that is done in parts. Each part is a row: the request, the number of the part's
 * first operation, the request's newest change so far, the digest of its ask, and the outcomes. An emptying, or a
 * large apply, has one row with its progress instead. The rows are removed when the request is answered, or when the
 * newest of their changes leaves the change log. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_PARTS_H
#define LOOPHOLE_STORE_PARTS_H

#include "store/row.h"

struct part {
    uint32_t first;
    uint64_t revision, digest;
    struct bytes outcomes;
};

/* Writes the row of a part, in place of an earlier one with the same first operation. Errors: full, io. */
enum err parts_put(struct writing *w, struct id request, const struct part *part);

/* Calls `take` for each part in order; the outcomes are in the arena. Errors: internal (`take` returned false),
 * full. */
enum err parts_read(struct txn *txn, struct arena *arena, struct id request,
                    bool (*take)(void *state, const struct part *part), void *state);

/* Returns the digest of the ask whose parts there are; 0: none. */
uint64_t parts_digest(struct txn *txn, struct id request);

/* Removes all parts of a request; ok if there are none. */
enum err parts_drop(struct writing *w, struct id request);

/* Returns the change of its last part; 0: none. */
uint64_t parts_newest(struct txn *txn, struct id request);

/* Drops all parts of a request if its newest change is not after `revision`. */
enum err parts_trim(struct writing *w, struct id request, uint64_t revision);

#endif
