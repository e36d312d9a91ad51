/* orphan.h: artefact files that no row names. A death between a file and its commit leaves one, and so does a death
 * between a commit and the removal of a file. Any thread. */
#ifndef LOOPHOLE_STORE_ORPHAN_H
#define LOOPHOLE_STORE_ORPHAN_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/paths.h"
#include "store/store.h"

/* Calls `each` for each name below DATA/artefact that an artefact's file or a temporary one may have ("ab/…"), until
 * it answers false. A folder that cannot be read is passed over. False: `each` answered false. */
bool orphan_each_name(const struct paths *paths, void *state, bool (*each)(void *state, const char *name));

/* True for what a writer of a file left when it died before the file had its name. */
bool orphan_is_temporary(const char *name);

/* Time since the file was written (wall clock), and its size. False: the name is gone, or no regular file. */
bool orphan_age(const struct paths *paths, const char *name, usec_t *age, uint64_t *size);

/* Looks for a row that names the file; the caller resets the arena. Errors: not_found: none does; internal, full. */
enum err orphan_row(struct txn *txn, struct arena *arena, const char *name);

/* All of them, temporary ones included. Files of commits after `txn` began count, too. Errors: internal, full. */
struct orphan_count {
    uint64_t files, bytes;
};
enum err orphan_count(struct txn *txn, const struct paths *paths, struct orphan_count *count);

#endif
