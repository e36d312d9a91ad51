/* local.h: LMDB is safe only on local file systems, because locks and mappings of network file systems are unreliable.
 * Any thread. */
#ifndef LOOPHOLE_STORE_LOCAL_H
#define LOOPHOLE_STORE_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* Returns the name of a network or cluster file system by its statfs magic (linux/magic.h); NULL for any other.
 * Exported for its unit test, which cannot mount them. */
const char *local_network_name(uint64_t magic);

/* True if a FUSE file system of this type ("fuse.sshfs") and source ("user@host:/dir"), as in mountinfo, shows files of
 * another machine. An unknown type is judged by its source. */
bool local_fuse_is_network(const char *type, const char *source);

/* Errors: denied (`directory` lies on such a file system); io (unknown). */
enum err local_check(const char *directory, struct fault *fault);

#endif
