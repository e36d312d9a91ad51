/* migrate.h: the store's versions. A migration is numbered by the version it leads to, runs on a copy, and the old
 * store stays beside the new one as store.before-N, where N is the old store's version. For the process that holds the
 * writer's lock.
 *
 *   store.migrating   the copy that is being built. A process that dies, or finds the disk full, leaves it there, and
 *                     the next one goes on after the last commit. It is dropped when the old store has changed. */
#ifndef LOOPHOLE_STORE_MIGRATE_H
#define LOOPHOLE_STORE_MIGRATE_H

#include "common/id.h"
#include "common/shared/work.h"
#include "store/store.h"

#define MIGRATE_PLACE "migrating"

/* The first rows of a new store: version and catalogue id. */
enum err migrate_begin(struct txn *txn);
enum err migrate_draw_id(struct txn *txn, struct id *catalogue);

/* Copies the closed store in `directory`, which is of version `from`, into a new one in batches, runs the steps of the
 * versions from + 1 … STORE_VERSION there, checks it and puts it in the old one's place. Reports its progress to
 * `work` (may be NULL). Errors: io, full: a later call goes on; internal: the copy is damaged and dropped. The old
 * store stays as it was. */
enum err migrate_run(const struct paths *paths, const char *directory, uint64_t from, size_t map_bytes,
                     const struct long_work *work, struct fault *fault);

#endif
