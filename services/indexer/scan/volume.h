/* volume.h: finds the volume of a path, by its identity and not by its mount point. Only volume.c uses libmount and
 * libblkid. It touches the file system, so call it in an errand. Any thread.
 *
 *   marker:TEXT      the first line of the file .loophole-volume in the root of the mount
 *   uuid:U label:L   of the file system's device; ":/SUB" follows when only a subtree of it is mounted
 *   share:SOURCE     a network file system
 *   root             the root file system, and any mount without its own identity: paths stay absolute */
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
    char mounted_at[PATH_MAX];        /* the mount point itself, also if the identity is root */
    enum backend backend;             /* local or external */
};

/* The volume of an absolute path without symbolic links. Errors: io (the mount table cannot be read). */
enum err volume_of(const char *path, struct volume_found *to, struct fault *fault);

/* The present mount of the volume with that identity. Errors: not_found, io. */
enum err volume_locate(const char *identity, struct volume_found *to, struct fault *fault);

#endif
