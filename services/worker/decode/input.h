/* input.h: reads an untrusted file by its descriptor. Every read is bounded by the file's size. One thread. */
#ifndef LOOPHOLE_WORKER_INPUT_H
#define LOOPHOLE_WORKER_INPUT_H

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"

struct input {
    int fd;       /* stays the caller's */
    int64_t size; /* bytes, at the time of opening */
    usec_t mtime;
    int error; /* errno of input_open, or of the first read that failed; 0: none */
};

/* Opens regular files only. Errors: bad_request (another kind of file), io. */
enum err input_open(struct input *input, int fd, struct fault *fault);

/* Reads up to `len` bytes from `offset` and returns their number. It is smaller at the file's end and on an error, and
 * 0 for an offset outside the file. */
size_t input_read(struct input *input, int64_t offset, void *to, size_t len);

/* True if all `len` bytes were read. */
bool input_fill(struct input *input, int64_t offset, void *to, size_t len);

#endif
