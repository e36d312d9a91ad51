/* check.h: does the store hold together: every record decodes, every reference resolves, every index agrees with its
 * records both ways, the change log has no gap. Reads only; sees one moment. */
#ifndef LOOPHOLE_STORE_CHECK_H
#define LOOPHOLE_STORE_CHECK_H

#include "common/shared/work.h"
#include "store/check/orphan.h"
#include "store/store.h"

struct check_counts {
    uint64_t rows;
    uint64_t problems;
    uint64_t files;              /* of artefacts, when they are looked at */
    uint64_t lost;               /* of them: gone or changed. No problem: the indexer makes them again */
    struct orphan_count orphans; /* files that no row names. No problem: persist removes them */
};

/* Reports each problem once, as a sentence that names database and key. With `paths`, files of artefacts are compared
 * with their digests too. ok when it could look everywhere, however many problems there are. Errors: full (memory). */
enum err check_store(struct txn *txn, const struct paths *paths, void (*problem)(void *state, const char *what),
                     void *state, struct check_counts *counts);

/* The same; reports its progress to `work` (may be NULL) every few rows. */
enum err check_store_work(struct txn *txn, const struct paths *paths, void (*problem)(void *state, const char *what),
                          void *state, const struct long_work *work, struct check_counts *counts);

#endif
