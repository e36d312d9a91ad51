/* target.h: the file that a backup is written to. The file appears complete or not at all. One backup at a time writes
 * to a name: meanwhile the folder of the file contains the lock .NAME.loophole-lock and the unfinished data
 * .NAME.loophole-XXXXXX. */
#ifndef LOOPHOLE_STORE_TARGET_H
#define LOOPHOLE_STORE_TARGET_H

#include "common/paths.h"

struct target {
    char directory[PATH_MAX];
    char lock_path[PATH_MAX];
    char temporary[PATH_MAX]; /* "": not created */
    const struct paths *paths;
    const char *file;
    bool replace;
    int lock;
    int fd; /* of the data: empty, 0600, for reading and writing */
};

/* Takes the lock, removes the files that dead backups to this name left, and creates the file of the data. `file` must
 * not exist. With `replace` it may be a regular file, but in the engine's own folders only an earlier backup. A file
 * system without locks gives no lock. Errors: exists; bad_request (`file` is not a regular file, or belongs to the
 * engine); busy (another backup to `file` runs); too_large; full, io, denied. */
enum err target_open(struct target *target, const struct paths *paths, const char *file, bool replace,
                     struct fault *fault);

/* Syncs the data and renames it to `file`. Errors: exists, full, io, denied. */
enum err target_finish(struct target *target, struct fault *fault);

/* Removes the unfinished data and the lock. */
void target_close(struct target *target);

#endif
