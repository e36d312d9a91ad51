/* orphan.h: artefact files without a row. A death between a file and its commit leaves one, and so does a death between
 * a commit and the removal of a file. Any thread. */
#ifndef LOOPHOLE_STORE_ORPHAN_H
#define LOOPHOLE_STORE_ORPHAN_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/paths.h"
#include "store/store.h"

/* Calls `each` for each name below DATA/artefact that an artefact's file or a temporary one may have ("ab/…"), until it
 * returns false. Skips unreadable folders. False: `each` returned false. */
bool orphan_each_name(const struct paths *paths, void *state, bool (*each)(void *state, const char *name));

/* True for a temporary file, whose writer died before it renamed the file. */
bool orphan_is_temporary(const char *name);

/* Returns the time since the file was written (wall clock), and its size. False: it is missing, or not a regular
 * file. */
bool orphan_age(const struct paths *paths, const char *name, usec_t *age, uint64_t *size);

/* Searches for a row that names the file; the caller resets the arena. Errors: not_found (no row); internal, full. */
enum err orphan_row(struct txn *txn, struct arena *arena, const char *name);

/* Counts all of them, with temporary files and files of commits after the beginning of `txn`. Errors: internal,
 * full. */
struct orphan_count {
    uint64_t files, bytes;
};
enum err orphan_count(struct txn *txn, const struct paths *paths, struct orphan_count *count);

#endif
