/* files.h: the files that LMDB keeps in the store's directory: data.mdb and lock.mdb; trust.h has two more there, and
 * persist one. Any thread. */
#ifndef LOOPHOLE_STORE_FILES_H
#define LOOPHOLE_STORE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/err.h"

#define FILES_OF_STORE "data.mdb", "lock.mdb", "state", "doubt", "lineage"

/* What an errno is among our errors: as file_err, but a disk that became read-only is io: it may come back. */
enum err files_err(int number);

/* False: there is no data.mdb, or it cannot be looked at (errno). */
bool files_data(const char *directory, struct stat *st);

/* A page of data.mdb that the disk cannot read is a SIGBUS: guards the map (guard.h) of an environment that was
 * just opened. LMDB does not say where it is. NULL: not found, and not guarded; files_end_guard takes that, too. */
void *files_guard_map(const char *directory);
void files_end_guard(void *map);

/* Where a file of the environment is mapped in this process; NULL: it is not. To open and close it again would drop
 * LMDB's file locks. */
void *files_map(const char *directory, const char *name);

/* True when data.mdb is missing or has never held a row: it is LMDB's two head pages or less. False when it cannot be
 * looked at. */
bool files_are_blank(const char *directory);

/* Removes a blank data.mdb, left by a writer that died, or found the disk full, while it made the store: it may be half
 * a head. Any other file stays, and so does one that cannot be looked at. */
void files_drop_blank(const char *directory);

/* LMDB writes lock.mdb through a mapping, where a full disk is a SIGBUS: makes sure of its bytes. Errors: full, io,
 * denied. */
enum err files_reserve_lock(const char *directory, struct fault *fault);

/* Processes open the environment one after another. One that opens it alone makes lock.mdb again and says there only
 * in the end which commit is the newest; if it is killed in between while another process waits for its lock, that one
 * takes the unfinished file for complete, and the next writer begins at an older commit. The turn ends with the
 * process, too, and after LMDB's own lock. `turn` -1: there is no such directory. Waits for 20 s at most; before
 * that the supervisor ends a holder that is stuck (culprit.h). Errors: busy; denied: the disk takes no locks; io. */
enum err files_take_turn(const char *directory, int *turn, struct fault *fault);
void files_end_turn(int turn); /* -1 is allowed */

/* The names in `directory` are on the disk. */
enum err files_sync(const char *directory, struct fault *fault);

#endif
