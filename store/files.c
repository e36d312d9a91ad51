#include "store/files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "common/file.h"

enum { LOCK_BYTES = 16384, FILE_PATH = PATH_MAX + 128 };

enum err files_err(int number)
{
    return number == EROFS ? ERR_IO : file_err(number);
}

static const char *path_of(const char *directory, const char *name, char to[FILE_PATH])
{
    snprintf(to, FILE_PATH, "%s/%s", directory, name);
    return to;
}

bool files_data(const char *directory, struct stat *st)
{
    char path[FILE_PATH];

    return stat(path_of(directory, "data.mdb", path), st) == 0;
}

bool files_are_blank(const char *directory)
{
    struct stat st;

    return !files_data(directory, &st) || st.st_size <= 2 * (off_t)sysconf(_SC_PAGESIZE);
}

void files_drop_blank(const char *directory)
{
    char path[FILE_PATH];

    if (files_are_blank(directory))
        unlink(path_of(directory, "data.mdb", path));
}

enum err files_reserve_lock(const char *directory, struct fault *fault)
{
    char path[FILE_PATH];
    struct stat st;
    int number = 0;
    int fd = open(path_of(directory, "lock.mdb", path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot open %s", path);
    if (fstat(fd, &st) == 0 && st.st_size < LOCK_BYTES)
        number = posix_fallocate(fd, 0, LOCK_BYTES);
    close(fd);
    return number ? fault_errno(fault, files_err(number), number, "cannot make %s", path) : ERR_OK;
}

int files_take_turn(const char *directory)
{
    int turn = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    while (turn >= 0 && flock(turn, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        close(turn);
        turn = -1;
    }
    return turn;
}

void files_end_turn(int turn)
{
    if (turn >= 0)
        close(turn);
}

enum err files_sync(const char *directory, struct fault *fault)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err e = ERR_OK;

    if (fd < 0 || fsync(fd) < 0)
        e = fault_errno(fault, files_err(errno), errno, "cannot sync %s", directory);
    if (fd >= 0)
        close(fd);
    return e;
}
