#include "common/file_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
    int number;
    enum err code;
} meanings[] = {
    { ENOENT, ERR_NOT_FOUND }, { ENOTDIR, ERR_NOT_FOUND },
    { EEXIST, ERR_EXISTS },    { ENOSPC, ERR_FULL },
    { EDQUOT, ERR_FULL },      { ENOMEM, ERR_FULL },
    { EACCES, ERR_DENIED },    { EPERM, ERR_DENIED },
    { EROFS, ERR_DENIED },     { ENAMETOOLONG, ERR_TOO_LARGE },
    { EFBIG, ERR_TOO_LARGE },  { EAGAIN, ERR_BUSY },
};

enum err file_err(int number)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (meanings[i].number == number)
            return meanings[i].code;
    return ERR_IO;
}

enum err file_write_fd(int fd, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    while (len > 0) {
        ssize_t put = write(fd, at, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return file_err(errno);
        at += put;
        len -= (size_t)put;
    }
    return ERR_OK;
}

int file_rename_new(int folder, const char *from, int to_folder, const char *to)
{
    if (renameat2(folder, from, to_folder, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        return -1;
    if (linkat(folder, from, to_folder, to, 0) == 0)
        return unlinkat(folder, from, 0);
    if (errno == EEXIST || faccessat(to_folder, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return errno = EEXIST, -1;
    return renameat(folder, from, to_folder, to);
}
