/* volume.h: which volume a path lies on, known by its identity and not by where it is mounted. The only file with
 * libmount and libblkid is volume.c. Touches the file system: call it in an errand. Any thread.
 *
 *   marker:TEXT      the file .loophole-volume in the root of the mount says so (its first line)
 *   uuid:U label:L   of the file system's device; ":/SUB" after it when only a subtree of it is mounted
 *   share:SOURCE     a network file system
 *   root             the root file system, and anything that has no identity of its own: paths stay absolute */
#ifndef LOOPHOLE_INDEXER_VOLUME_H
#define LOOPHOLE_INDEXER_VOLUME_H

#include <limits.h>

#include "common/err.h"
#include "schema_media.h"

#define VOLUME_MARKER ".loophole-volume"

enum { VOLUME_IDENTITY_SIZE = 256 };

struct volume_found {
    char identity[VOLUME_IDENTITY_SIZE];
    char label[VOLUME_IDENTITY_SIZE]; /* for people */
    char mount[PATH_MAX];             /* absolute; "/" for root */
    char mounted_at[PATH_MAX];        /* the mount point itself, also when identity fell back to root */
    enum backend backend;             /* local or external */
};

/* Of an absolute path without symbolic links. Errors: io when the mount table can't be read. */
enum err volume_of(const char *path, struct volume_found *to, struct fault *fault);

/* Where the volume of that identity is mounted now. Errors: not_found, io. */
enum err volume_locate(const char *identity, struct volume_found *to, struct fault *fault);

#endif
