/* input.h: reads an untrusted file by its descriptor. Every read is bounded by the file's size. One thread. */
#ifndef LOOPHOLE_WORKER_INPUT_H
#define LOOPHOLE_WORKER_INPUT_H

#include <sys/stat.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/text.h"

enum { INPUT_PATCHES = 4, INPUT_PATCH_SIZE = 8 };

struct input_patch {
    int64_t at;
    size_t len;
    uint8_t bytes[INPUT_PATCH_SIZE];
};

struct input {
    int fd;       /* stays the caller's */
    int64_t base; /* offset in the file at which all reads begin to count */
    int64_t size; /* bytes from there, at the time of opening */
    usec_t mtime;
    unsigned patch_count;
    struct input_patch patches[INPUT_PATCHES];
    const char *guess; /* why a length is guessed, static; NULL: it is not */
    int64_t announced; /* bytes of sound that the header announces, if only `there` bytes are here; else 0 */
    int64_t there;
    int error; /* errno of input_open, or of the first read that failed; 0: none */
};

/* Opens regular files only. Errors: bad_request (another kind of file), io. */
enum err input_open(struct input *input, int fd, struct fault *fault);

/* Asks the file system again. False: it does not say. */
bool input_ask(int fd, struct stat *stat);

/* Reads up to `len` bytes from `offset` and returns their number. It is smaller at the file's end and on an error, and
 * 0 for an offset outside the file. */
size_t input_read(struct input *input, int64_t offset, void *to, size_t len);

/* Lets all later reads see other bytes at `at`, at most INPUT_PATCH_SIZE; ignored after INPUT_PATCHES. */
void input_patch(struct input *input, int64_t at, const void *bytes, size_t len);

/* True if all `len` bytes were read. */
bool input_fill(struct input *input, int64_t offset, void *to, size_t len);

#endif
