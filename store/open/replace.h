/* replace.h: another store takes the place of DATA/store whole, or not at all, at whatever moment the process dies.
 *
 *   store.new    is being built: worthless until it is finished
 *   store.ready  is finished: takes the place when `store` is missing
 *   store.NAME   what stood there before: the backup
 *
 * For a process that holds the writer's lock. */
#ifndef LOOPHOLE_STORE_REPLACE_H
#define LOOPHOLE_STORE_REPLACE_H

#include "common/paths.h"

enum { REPLACE_PATH = PATH_MAX + 96 };

/* Finishes or drops what a predecessor left. Called before the store is opened for writing. */
enum err replace_recover(const struct paths *paths, struct fault *fault);

/* Makes an empty DATA/store.new and gives its path. */
enum err replace_begin(const struct paths *paths, char directory[REPLACE_PATH], struct fault *fault);

/* store.new, closed and synced, becomes the store; the old one is kept beside it as store.`backup`, with a number
 * appended when that name is taken. Errors: io, full, denied; then the old one is in its place or replace_recover
 * brings the new one there. */
enum err replace_commit(const struct paths *paths, const char *backup, struct fault *fault);

/* The path of store.END; removes it with its files; makes it store.new. Errors: io, denied. */
const char *replace_path(const struct paths *paths, const char *end, char to[REPLACE_PATH]);
void replace_drop(const struct paths *paths, const char *end);
enum err replace_take(const struct paths *paths, const char *end, struct fault *fault);

/* Drops store.new. */
void replace_abandon(const struct paths *paths);

#endif
