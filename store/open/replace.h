/* replace.h: replaces DATA/store by another store. A process may die at any moment: afterwards, the old store or the
 * new one is in place, complete. One thread.
 *
 *   store.new    the new store while it is written: a recovery removes it
 *   store.ready  the finished new store: a recovery renames it to `store` if `store` is missing
 *   store.NAME   the old store: the backup
 *
 * Only for a process that holds the writer's lock. */
#ifndef LOOPHOLE_STORE_REPLACE_H
#define LOOPHOLE_STORE_REPLACE_H

#include "common/paths.h"

enum { REPLACE_PATH = PATH_MAX + 96 };

/* Finishes or removes what a dead process left. Call it before opening the store for writing. Errors: io, denied. */
enum err replace_recover(const struct paths *paths, struct fault *fault);

/* Makes an empty DATA/store.new and returns its path. Errors: io, full, denied. */
enum err replace_begin(const struct paths *paths, char directory[REPLACE_PATH], struct fault *fault);

/* Replaces the store by store.new, which must be closed and synced. Keeps the old store as store.`backup`, and appends
 * a number if that name is taken. Errors: io, full, denied. After an error the old store is still in place, or the next
 * replace_recover puts the new one there. */
enum err replace_commit(const struct paths *paths, const char *backup, struct fault *fault);

/* Return the path of store.END; remove it with its files; rename it to store.new. Errors: io, denied. */
const char *replace_path(const struct paths *paths, const char *end, char to[REPLACE_PATH]);
void replace_drop(const struct paths *paths, const char *end);
enum err replace_take(const struct paths *paths, const char *end, struct fault *fault);

/* Removes store.new. */
void replace_abandon(const struct paths *paths);

#endif
