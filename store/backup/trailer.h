/* trailer.h: the last 72 bytes of a backup's file: its description, and the digest of everything before. Big-endian.
 * Between image and trailer lie the files of carry.h.
 *
 *   "loophole backup\n" · version u64 · bytes of the image u64 · revision u64 · catalogue id · XXH3-128 of everything
 *   up to here */
#ifndef LOOPHOLE_STORE_TRAILER_H
#define LOOPHOLE_STORE_TRAILER_H

#include "common/err.h"
#include "common/id.h"

enum { TRAILER_BYTES = 72 };

struct backup {
    uint64_t version;    /* of the databases */
    uint64_t bytes;      /* of the image */
    uint64_t revision;   /* the change log's newest revision in the image */
    struct id catalogue; /* id of the source */
    uint64_t end;        /* where the files after the image end; 0 or `bytes`: there are none */
};

/* Reads `fd` again up to backup->end (0: backup->bytes) for its digest, and writes the trailer there. `path` is for
 * messages. Errors: full, io. */
enum err trailer_write(int fd, const char *path, const struct backup *backup, struct fault *fault);

/* Reads the whole file and checks its digest. Errors: bad_request (not a backup, truncated, changed), io. */
enum err trailer_read(int fd, const char *path, struct backup *backup, struct fault *fault);

/* True if the file ends with a trailer. Reads nothing else of it. */
bool trailer_is_there(const char *path);

#endif
