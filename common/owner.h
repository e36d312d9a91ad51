/* owner.h: describes the owner of a file, and checks whether a folder is safe for data. Any thread. */
#ifndef LOOPHOLE_COMMON_OWNER_H
#define LOOPHOLE_COMMON_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

enum { OWNER_SIZE = 64 };

/* Writes the user's name and number, as in "nobody (65534)"; only the number if the user is unknown. Returns `to`. */
const char *owner_write(uid_t uid, char to[OWNER_SIZE]);

/* Refuses a folder that belongs to another user, or that the group or others may write to, because they could replace
 * its content. With `close`, a folder that others can only read is closed (0700) if the file system has modes. The same
 * holds for one that only the user's private group may write to (`umask 002`). A missing path is ok. Errors: denied,
 * with the owner's name; exists (not a folder). */
enum err owner_check(const char *path, bool close, struct fault *fault);

/* Adds a hint to a `denied` fault: which folder of `path` is not writable, and its owner. */
void owner_hint(const char *path, struct fault *fault);

#endif
