/* check.h: checks the store's consistency: every record decodes, every reference resolves, every index agrees with its
 * records both ways, the change log has no gap. Only reads, in one transaction. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_CHECK_H
#define LOOPHOLE_STORE_CHECK_H

#include "common/shared/work.h"
#include "store/check/check_counts.h"
#include "store/store.h"

/* Reports each problem once, in a sentence with database and key. With `paths`, compares files of artefacts with their
 * digests. Returns ok after a complete check, however many problems there are. Errors: full, io. */
enum err check_store(struct txn *txn, const struct paths *paths, void (*problem)(void *state, const char *what),
                     void *state, struct check_counts *counts);

/* As check_store; reports its progress to `work` (may be NULL) every few rows. */
enum err check_store_work(struct txn *txn, const struct paths *paths, void (*problem)(void *state, const char *what),
                          void *state, const struct long_work *work, struct check_counts *counts);

#endif
