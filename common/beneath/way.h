/* way.h: the way from an open folder to a name below it: in one call of the kernel, or part by part. A call that fails
 * sets errno: EXDEV if the way leads out of the folder. Any thread. */
#ifndef LOOPHOLE_COMMON_BENEATH_WAY_H
#define LOOPHOLE_COMMON_BENEATH_WAY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buffer.h"

/* Calls openat2 with O_CLOEXEC and RESOLVE_NO_MAGICLINKS, again while another process renames there. */
int way_open_resolved(int folder, const char *name, int flags, mode_t mode, uint64_t resolve);

bool way_lacks_call(int number); /* true for the errno of openat2 in an old kernel, or in a sandbox without it */

/* Opens an absolute path if none of its parts is a link (ELOOP). */
int way_open_real(const char *path, int flags, mode_t mode);

bool way_real_path(int fd, char path[PATH_MAX]); /* the path of an open file without links */

/* A file that may be missing: its folder, which the caller closes, and its name. */
struct way_end {
    int folder;
    char name[NAME_MAX + 1];
};

/* Opens the folder of an absolute path if none of its parts is a link (ELOOP), and returns 0. The path's last part is
 * not looked at: use it with O_NOFOLLOW. */
int way_to_real(const char *path, struct way_end *end);

/* Deletes the file, or the link, at an absolute path if no folder on it is a link. Returns 0, or -1 with errno. */
int way_remove_real(const char *path);

/* Follow a name part by part on descriptors alone: ".." goes back to the descriptor of before. Links within the folder
 * are followed, and those that `links` trusts (trusted.h). They need no openat2. way_to_folder returns the folder's
 * descriptor, and makes missing folders (0755, durable) if `makes`, but none that a link names: its disk may be away.
 * way_to_file returns 0. */
int way_to_folder(int root, const struct buffer *links, const char *name, bool makes);
int way_to_file(int root, const struct buffer *links, const char *name, struct way_end *end);

void way_close(int fd); /* unless it is -1; errno stays */

#endif
