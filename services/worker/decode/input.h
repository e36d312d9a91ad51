/* input.h: a stranger's file, read by its descriptor. Every read is bounded by what is there. One thread. */
#ifndef LOOPHOLE_WORKER_INPUT_H
#define LOOPHOLE_WORKER_INPUT_H

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"

struct input {
    int fd;       /* stays the opener's */
    int64_t size; /* bytes, when it was opened */
    usec_t mtime;
    int error; /* errno of the first read that failed; 0: none */
};

/* Regular files only. Errors: bad_request (something else), io. */
enum err input_open(struct input *input, int fd, struct fault *fault);

/* Reads up to `len` bytes from `offset` and gives how many came: fewer at the file's end and on an error, 0 for an
 * offset outside the file. */
size_t input_read(struct input *input, int64_t offset, void *to, size_t len);

/* True when all `len` bytes came. */
bool input_fill(struct input *input, int64_t offset, void *to, size_t len);

#endif
