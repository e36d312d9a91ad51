/* migrate.h: the store's versions. The number of a migration is the version that it leads to. It runs on a copy, and
 * the old store stays beside the new one as store.before-N, where N is its version. For the holder of the writer's
 * lock. One thread.
 *
 *   store.migrating   the unfinished copy. If its process dies or the disk is full, the copy stays. The next process
 *                     continues after its last commit, or drops the copy if the old store has changed. */
#ifndef LOOPHOLE_STORE_MIGRATE_H
#define LOOPHOLE_STORE_MIGRATE_H

#include "common/id.h"
#include "common/shared/work.h"
#include "store/store.h"

#define MIGRATE_PLACE "migrating"

/* Write the first rows of a new store: version and catalogue id. */
enum err migrate_begin(struct txn *txn);
enum err migrate_draw_id(struct txn *txn, struct id *catalogue);

/* Copies the closed store in `directory`, of version `from`, into a new one in batches, and runs the steps of the
 * versions from + 1 … STORE_VERSION there. Then it checks the new store and puts it in place of the old one, which
 * stays unchanged. Reports its progress to `work` (may be NULL). Errors: io, full (a later call continues); internal
 * (the copy is damaged and dropped). */
enum err migrate_run(const struct paths *paths, const char *directory, uint64_t from, size_t map_bytes,
                     const struct long_work *work, struct fault *fault);

#endif
