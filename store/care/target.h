/* target.h: the file that a backup is written to. It appears whole or not at all, and one backup at a time is written
 * to a name. Beside it lie, while that happens, .NAME.loophole-lock and the data as .NAME.loophole-XXXXXX. */
#ifndef LOOPHOLE_STORE_TARGET_H
#define LOOPHOLE_STORE_TARGET_H

#include "common/paths.h"

struct target {
    char directory[PATH_MAX];
    char lock_path[PATH_MAX];
    char temporary[PATH_MAX]; /* "": not made */
    const struct paths *paths;
    const char *file;
    bool replace;
    int lock;
    int fd; /* of the data: empty, 0600, for reading and writing */
};

/* Takes the lock, removes what dead backups to this name left, and makes the data's file. Without `replace` nothing
 * may lie at `file`; with it a regular file may, in the engine's own folders only an earlier backup. Where the file
 * system has no locks, there is none. Errors: exists; bad_request (no regular file lies there, or one of the engine);
 * busy (another backup to `file` runs); too_large; full, io, denied. */
enum err target_open(struct target *target, const struct paths *paths, const char *file, bool replace,
                     struct fault *fault);

/* The data is synced and becomes `file`. */
enum err target_finish(struct target *target, struct fault *fault);

/* Removes what is not finished, and the lock. */
void target_close(struct target *target);

#endif
