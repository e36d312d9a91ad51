/* owner.h: whose a file is, in words for a person, and whether a folder is safe to keep data in. Any thread. */
#ifndef LOOPHOLE_COMMON_OWNER_H
#define LOOPHOLE_COMMON_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

enum { OWNER_SIZE = 64 };

/* "nobody (65534)"; the number alone for an unknown user. Returns `to`. */
const char *owner_write(uid_t uid, char to[OWNER_SIZE]);

/* A folder of another user, or one that group or others may write to, is refused: they could replace what is in it.
 * One that is only readable to them is closed (0700) when `close` is set, where the file system can do so; likewise one
 * that only the user's private group may write to, as `umask 002` makes it. A path to nothing is
 * ok. Errors: denied, with the owner's name; exists (not a folder). */
enum err owner_check(const char *path, bool close, struct fault *fault);

/* Adds to a `denied` which folder of `path` cannot be written and whose it is. */
void owner_hint(const char *path, struct fault *fault);

#endif
