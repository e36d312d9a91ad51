/* local.h: LMDB is safe on local file systems only: locks and mappings of a network's lie. Any thread. */
#ifndef LOOPHOLE_STORE_LOCAL_H
#define LOOPHOLE_STORE_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/* The name of a network or cluster file system by its statfs magic (linux/magic.h); NULL for any other. */
const char *local_network_name(uint64_t magic);

/* Whether a FUSE file system of this type ("fuse.sshfs") and source ("user@host:/dir"), as in mountinfo, shows
 * what another machine has. A type that is not known is judged by its source. */
bool local_fuse_is_network(const char *type, const char *source);

/* Errors: denied when `directory` lies on one of them; io when it can't be asked. */
enum err local_check(const char *directory, struct fault *fault);

#endif
