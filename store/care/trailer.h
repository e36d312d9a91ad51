/* trailer.h: the last 72 bytes of a backup's file: what it is, and the digest of all before. Big-endian.
 *
 *   "loophole backup\n" · version u64 · bytes of the image u64 · revision u64 · catalogue id · XXH3-128 of image and
 *   trailer up to here                                                                                       */
#ifndef LOOPHOLE_STORE_TRAILER_H
#define LOOPHOLE_STORE_TRAILER_H

#include "common/err.h"
#include "common/id.h"

enum { TRAILER_BYTES = 72 };

struct backup {
    uint64_t version;    /* of the databases */
    uint64_t bytes;      /* of the image, without the trailer */
    uint64_t revision;   /* of the change log: all up to it is in the image */
    struct id catalogue; /* it was taken from */
};

/* Reads the image (the first backup->bytes of `fd`) back for its digest and writes the trailer after it. `path` is
 * for messages. */
enum err trailer_write(int fd, const char *path, const struct backup *backup, struct fault *fault);

/* Reads the whole file. Errors: bad_request (no backup, cut short, changed), io. */
enum err trailer_read(int fd, const char *path, struct backup *backup, struct fault *fault);

/* The file ends as a backup does. Nothing else of it is read. */
bool trailer_is_there(const char *path);

#endif
