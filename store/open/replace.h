/* replace.h: another store replaces DATA/store completely or not at all, at whatever moment the process dies.
 *
 *   store.new    unfinished, and worthless until then
 *   store.ready  finished: it is renamed to `store` when that is missing
 *   store.NAME   the previous store: the backup
 *
 * For a process that holds the writer's lock. */
#ifndef LOOPHOLE_STORE_REPLACE_H
#define LOOPHOLE_STORE_REPLACE_H

#include "common/paths.h"

enum { REPLACE_PATH = PATH_MAX + 96 };

/* Finishes or drops a predecessor's work. Called before the store is opened for writing. Errors: io, denied. */
enum err replace_recover(const struct paths *paths, struct fault *fault);

/* Makes an empty DATA/store.new and returns its path. Errors: io, full, denied. */
enum err replace_begin(const struct paths *paths, char directory[REPLACE_PATH], struct fault *fault);

/* Replaces the store by store.new, which is closed and synced. The old one is kept as store.`backup`, with a number
 * appended if that name is taken. Errors: io, full, denied; then the old one is still in place, or replace_recover puts
 * the new one there. */
enum err replace_commit(const struct paths *paths, const char *backup, struct fault *fault);

/* Return the path of store.END; remove it with its files; rename it to store.new. Errors: io, denied. */
const char *replace_path(const struct paths *paths, const char *end, char to[REPLACE_PATH]);
void replace_drop(const struct paths *paths, const char *end);
enum err replace_take(const struct paths *paths, const char *end, struct fault *fault);

/* Removes store.new. */
void replace_abandon(const struct paths *paths);

#endif
