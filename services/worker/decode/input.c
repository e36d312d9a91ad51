#include "services/worker/decode/input.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum err input_open(struct input *input, int fd, struct fault *fault)
{
    struct stat stat;

    /* The C library's fstat calls newfstatat, which accepts any path; the sandbox allows only this call. */
    if (syscall(SYS_fstat, fd, &stat) != 0) {
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

size_t input_read(struct input *input, int64_t offset, void *to, size_t len)
{
    size_t have = 0;

    if (offset < 0 || offset >= input->size)
        return 0;
    if (len > (uint64_t)(input->size - offset))
        len = (size_t)(input->size - offset);
    while (have < len) {
        ssize_t got = pread(input->fd, (char *)to + have, len - have, offset + (int64_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && input->error == 0)
            input->error = errno;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    return have;
}

bool input_fill(struct input *input, int64_t offset, void *to, size_t len)
{
    return input_read(input, offset, to, len) == len;
}
