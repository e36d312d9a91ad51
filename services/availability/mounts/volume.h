/* volume.h: the mount table, and the identity of a mounted volume. Only volume.c uses libmount and libblkid.
 *
 *   marker:TEXT      the first line of the file .loophole-volume in the root of the mount
 *   share:SOURCE     a network file system, or a cloud's
 *   uuid:U label:L   of the file system's device; ":/SUB" follows when only a subtree of it is mounted
 *   mount:PATH       a mount inside a library without one of these; questions.c gives it
 *   root             the root file system, and any mount without its own identity: paths stay absolute */
#ifndef LOOPHOLE_AVAILABILITY_VOLUME_H
#define LOOPHOLE_AVAILABILITY_VOLUME_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "schema_media.h"

#define VOLUME_MARKER ".loophole-volume"

enum { VOLUME_IDENTITY_SIZE = 256, VOLUME_MOUNTS_MOST = 20000, VOLUME_ELSEWHERE = -1 };

/* One line of the mount table. The texts belong to the list. */
struct mount_line {
    int id;     /* the kernel's; a later mount may get the number of a former one; 0: the table has no line for "/" */
    int parent; /* the id of the mount on which it lies */
    uint64_t device;
    char *target, *source, *type, *root;
    bool is_network;
    bool is_special; /* without files of a person, or a trigger of an automount: no process looks at it */
};

struct mount_lines {
    uint32_t count, room;
    struct mount_line *at; /* in the order of the table */
};

/* What a look at a mount found. It fits into one atomic write to a pipe. */
struct volume_found {
    char identity[VOLUME_IDENTITY_SIZE]; /* of the marker, if there is one */
    char device[VOLUME_IDENTITY_SIZE];   /* without the marker; "root": none */
    char label[VOLUME_IDENTITY_SIZE];    /* for people */
    int32_t backend;                     /* local, external or cloud */
};

/* Reads the mount table, and adds a line for "/" if there is none; it touches no other mount. Errors: io; too_large
 * (more than VOLUME_MOUNTS_MOST lines). */
enum err volume_read_mounts(struct mount_lines *to, struct fault *fault);

/* Looks at the root of a mount and identifies its volume. It may never return: call it in a process that can be given
 * up. Errors: the errno of the first call that failed, 0 for none; VOLUME_ELSEWHERE: its place shows another mount. */
int volume_look(const struct mount_line *mount, struct volume_found *to);

/* Writes the marker in the root of a mount, also over an empty one. It may never return. Returns 0, or an errno: then
 * the root is as before. ESTALE: its place shows another mount. */
int volume_mark(const struct mount_line *mount, const char *word, bool replace);

/* The kernel's events about mounts. An event only says: read the table again. NULL: there are none. */
struct libmnt_monitor *volume_monitor_new(int *fd);
void volume_monitor_clear(struct libmnt_monitor *monitor); /* reads and drops the events that arrived */
void volume_monitor_free(struct libmnt_monitor *monitor);

#endif
