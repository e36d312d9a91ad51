/* migrate.h: the store's versions. A migration is numbered by the version it leads to, runs on a copy, and the old
 * store stays beside the new one as store.before-VERSION. For who holds the writer's lock. */
#ifndef LOOPHOLE_STORE_MIGRATE_H
#define LOOPHOLE_STORE_MIGRATE_H

#include "common/id.h"
#include "store/store.h"

/* The first rows of a new store: version and catalogue id. */
enum err migrate_begin(struct txn *txn);
enum err migrate_draw_id(struct txn *txn, struct id *catalogue);

/* Copies the closed store in `directory`, which is of version `from`, into a new one in batches, runs the migrations
 * from + 1 … STORE_VERSION there, verifies it and puts it in the old one's place. Errors: io, full; internal (what
 * the copy would hold does not hold together); then the old store stands as it was. */
enum err migrate_run(const struct paths *paths, const char *directory, uint64_t from, size_t map_bytes,
                     struct fault *fault);

#endif
