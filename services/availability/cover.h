/* cover.h: whether another file system is mounted over a path of a volume, so that the files there are foreign. The
 * loop's thread.
 *
 *   the path lies on                                              covered
 *   the mount of another volume that has a library there          yes
 *   a mount below that of its volume                              yes
 *   identity root: a mount below the one it lay on                yes
 *   … another mount at the same place, and the former one is      yes
 *   still in the table, or the new one has an identity
 *   … another mount at the same place otherwise                   no: it was mounted again
 *   a second mount of the same folder (`mount --bind`)            no
 *   the trigger of an automount                                   no */
#ifndef LOOPHOLE_AVAILABILITY_COVER_H
#define LOOPHOLE_AVAILABILITY_COVER_H

#include <limits.h>

#include "services/availability/known.h"
#include "services/availability/mounts/mounts.h"

struct cover {
    const struct volume *volume; /* of the path */
    const char *path;
    const char *mount;       /* identity root: where the path lay earlier; "": unknown … */
    uint64_t device;         /* … and its device */
    const struct mount *at;  /* of the volume; NULL: none */
    const struct mount *on;  /* on which the path lies */
    const struct volume *of; /* the known volume of `on`; NULL: none */
};

/* `store` has the libraries; NULL: none. */
bool cover_hides(const struct mounts *mounts, struct store *store, const struct cover *cover);

/* Writes the path of the same folder on another mount of the file system. False: it has none there, or it is too
 * long. */
bool cover_other_path(const char *path, const struct mount *on, const struct mount *other, char to[PATH_MAX]);

#endif
