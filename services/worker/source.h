/* source.h: a stranger's file, read by its descriptor. Every read is bounded by what is there. One thread. */
#ifndef LOOPHOLE_WORKER_SOURCE_H
#define LOOPHOLE_WORKER_SOURCE_H

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"

struct source {
    int fd;        /* stays the opener's */
    int64_t size;  /* bytes, when it was opened */
    usec_t mtime;
    int error;     /* errno of the first read that failed; 0: none */
};

/* Regular files only. Errors: bad_request (something else), io. */
enum err source_open(struct source *source, int fd, struct fault *fault);

/* Reads up to `len` bytes from `offset` and gives how many came: fewer at the file's end and on an error, 0 for an
 * offset outside the file. */
size_t source_read(struct source *source, int64_t offset, void *to, size_t len);

/* True when all `len` bytes came. */
bool source_fill(struct source *source, int64_t offset, void *to, size_t len);

#endif
