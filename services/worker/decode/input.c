#include "services/worker/decode/input.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library's fstat calls newfstatat, which accepts any path; the sandbox allows only this call. */
bool input_ask(int fd, struct stat *stat)
{
    return syscall(SYS_fstat, fd, stat) == 0;
}

enum err input_open(struct input *input, int fd, struct fault *fault)
{
    struct stat stat;

    if (!input_ask(fd, &stat)) {
        input->error = errno;
        return fault_errno(fault, ERR_IO, errno, "cannot access the file");
    }
    if (!S_ISREG(stat.st_mode))
        return fault_set(fault, ERR_BAD_REQUEST, "not a regular file");
    *input = (struct input){
        .fd = fd,
        .size = stat.st_size,
        .mtime = clock_usec(stat.st_mtim),
    };
    return ERR_OK;
}

void input_patch(struct input *input, int64_t at, const void *bytes, size_t len)
{
    struct input_patch *patch = &input->patches[input->patch_count];

    if (input->patch_count == INPUT_PATCHES || len > INPUT_PATCH_SIZE)
        return;
    input->patch_count++;
    patch->at = at;
    patch->len = len;
    memcpy(patch->bytes, bytes, len);
}

static void apply_patches(const struct input *input, int64_t offset, uint8_t *to, size_t len)
{
    for (unsigned i = 0; i < input->patch_count; i++)
        for (size_t k = 0; k < input->patches[i].len; k++) {
            int64_t at = input->patches[i].at + (int64_t)k - offset;

            if (at >= 0 && at < (int64_t)len)
                to[at] = input->patches[i].bytes[k];
        }
}

size_t input_read(struct input *input, int64_t offset, void *to, size_t len)
{
    size_t have = 0;

    if (offset < 0 || offset >= input->size)
        return 0;
    if (len > (uint64_t)(input->size - offset))
        len = (size_t)(input->size - offset);
    while (have < len) {
        ssize_t got = pread(input->fd, (char *)to + have, len - have, input->base + offset + (int64_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && input->error == 0)
            input->error = errno;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    apply_patches(input, offset, to, have);
    return have;
}

bool input_fill(struct input *input, int64_t offset, void *to, size_t len)
{
    return input_read(input, offset, to, len) == len;
}
