/* tar.h: the files of an untrusted tar, in their order, in the forms of POSIX and of GNU. One thread. */
#ifndef LOOPHOLE_WORKER_TAR_H
#define LOOPHOLE_WORKER_TAR_H

#include "services/worker/sessions/unpack.h"

enum {
    TAR_PATH_SIZE = 4096, /* bytes of a path, with the zero byte */
    TAR_ENTRIES = 8192,   /* files and folders */
};

struct tar;

/* `unpack` must outlive it. tar_close frees the result. */
struct tar *tar_open(struct unpack *unpack);
void tar_close(struct tar *tar); /* NULL is allowed */

/* Goes to the next file; an empty path: there is none. The path is relative, of parts that are neither "" nor "." nor
 * "..", of any other bytes, and valid until the next call. Errors (explained): bad_request (damaged, cut; a path that
 * is absolute or has ".."; a link, a device or a sparse file), too_large (TAR_ENTRIES; extended headers; a path; those
 * of unpack_next), io. */
enum err tar_next(struct tar *tar, struct text *path, struct fault *fault);

/* The next bytes of the file, valid until the next call; empty at its end. Errors: those of unpack_next; bad_request
 * (cut). */
enum err tar_read(struct tar *tar, struct text *bytes, struct fault *fault);

#endif
