/* store_open.h: opens and closes the store, and locks its folder. */
#ifndef LOOPHOLE_STORE_OPEN_STORE_OPEN_H
#define LOOPHOLE_STORE_OPEN_STORE_OPEN_H

#include "store/store.h"

/* Opens DATA/store. A writer first takes the lock DATA/store.lock until store_close; after the call all commits of its
 * predecessor are durable. The map is 256 GiB of address space, or the setting store.map_mib. An untrusted store
 * (trust.h) is checked first; a damaged one is refused. On an error *store is NULL. Errors: offline (no store yet, or
 * it waits for its migration or its check), version (newer than this program), denied (a network file system, no
 * permission), exists (another writer), io (also damage), full. */
enum err store_open(const struct paths *paths, enum store_mode mode, struct store **store, struct fault *fault);
/* As store_open; reports the progress of opening and migrating to `work` (may be NULL). */
enum err store_open_work(const struct paths *paths, enum store_mode mode, const struct long_work *work,
                         struct store **store, struct fault *fault);
/* Returns the map's configured address space. Errors: bad_request (the setting), io. */
enum err store_map_bytes(const struct paths *paths, size_t *bytes, struct fault *fault);
/* Takes only the writer's lock, for a process that replaces the whole store. Errors: exists (the engine runs), io,
 * full. */
enum err store_lock(const struct paths *paths, int *lock, struct fault *fault);

#endif
