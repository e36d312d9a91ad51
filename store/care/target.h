/* target.h: the file that a backup is written to. It appears complete or not at all, and one backup at a time writes a
 * name. Meanwhile .NAME.loophole-lock and the data as .NAME.loophole-XXXXXX are in its folder. */
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

/* Takes the lock, removes what dead backups to this name left, and creates the data's file. `file` must not exist; with
 * `replace` it may be a regular file, in the engine's own folders only an earlier backup. On a file system without
 * locks there is none. Errors: exists; bad_request (`file` is not a regular file, or belongs to the engine); busy
 * (another backup to `file` runs); too_large; full, io, denied. */
enum err target_open(struct target *target, const struct paths *paths, const char *file, bool replace,
                     struct fault *fault);

/* Syncs the data and renames it to `file`. Errors: exists, full, io, denied. */
enum err target_finish(struct target *target, struct fault *fault);

/* Removes the unfinished data and the lock. */
void target_close(struct target *target);

#endif
