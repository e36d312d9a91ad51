/* files.h: LMDB's files in the store's directory: data.mdb and lock.mdb. trust.h adds two more, and persist one. Any
 * thread. */
#ifndef LOOPHOLE_STORE_FILES_H
#define LOOPHOLE_STORE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/err.h"

#define FILES_OF_STORE "data.mdb", "lock.mdb", "state", "doubt", "lineage"

/* Converts an errno as file_err does, but returns io for a disk that became read-only, because it may come back. */
enum err files_err(int number);

/* False: there is no data.mdb, or it is inaccessible (errno). */
bool files_data(const char *directory, struct stat *st);

/* Guards the map (guard.h) of an environment that was just opened, because a page of data.mdb that the disk cannot read
 * raises SIGBUS. It has to search for the map, since LMDB does not return its address. NULL: not found, and not
 * guarded; files_end_guard accepts NULL. */
void *files_guard_map(const char *directory);
void files_end_guard(void *map);

/* Returns the address where this process maps a file of the environment; NULL: it does not. Opening and closing the
 * file again would drop LMDB's file locks. */
void *files_map(const char *directory, const char *name);

/* True if data.mdb is missing or never had a row: at most LMDB's two head pages. False if it is inaccessible. */
bool files_are_blank(const char *directory);

/* Removes a blank data.mdb, perhaps with half a head, of a writer that died or found the disk full while making the
 * store. Keeps any other file, and an inaccessible one. */
void files_drop_blank(const char *directory);

/* Reserves disk space for lock.mdb, because LMDB writes it through a mapping, where a full disk raises SIGBUS. Errors:
 * full, io, denied. */
enum err files_reserve_lock(const char *directory, struct fault *fault);

/* Writes why flock in `directory` failed with `number`, except EWOULDBLOCK. Errors: denied (the disk has no locks);
 * full, io. */
enum err files_refuse_lock(const char *directory, int number, struct fault *fault);

/* Takes the turn to open or close the environment; only one process at a time may do either.
 * - A process that opens it alone makes lock.mdb again, and writes the number of the newest commit there last. If it is
 *   killed before that while another process waits for LMDB's lock, the waiting process takes the unfinished file for
 *   complete, and the next writer begins at an older commit.
 * - A process that closes it alone destroys both locks in lock.mdb before it releases LMDB's lock. A process that waits
 *   for that one takes the file for complete, and each of its transactions fails with EINVAL.
 * The turn ends with the process, after LMDB's own lock. `turn` -1: there is no such directory. Waits at most 20 s;
 * before that the supervisor ends a stuck holder (culprit.h). Errors: busy; denied (the disk has no locks); io. */
enum err files_take_turn(const char *directory, int *turn, struct fault *fault);
void files_end_turn(int turn); /* -1 is allowed */

bool files_exist(const char *path); /* any file of this name, a link too */

/* Errors: io, full, denied. */
enum err files_rename(const char *from, const char *to, struct fault *fault);

/* Writes a free name for what `path` is now: PATH.WORD, or PATH.WORD-2 and so on. `size` bytes have room for it.
 * Errors: full (a thousand are taken). */
enum err files_name_backup(const char *path, const char *word, char *to, size_t size, struct fault *fault);

/* Makes the names in `directory` durable. Errors: full, io, denied. */
enum err files_sync(const char *directory, struct fault *fault);

#endif
