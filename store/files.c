#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/shared/guard.h"

enum { TURN_US = 20000000, TURN_LOOK_US = 2000, BACKUPS_TRIED = 1000 };
enum { LOCK_BYTES = 16384, FILE_PATH = PATH_MAX + 128 };

enum err files_err(int number)
{
    return number == EROFS ? ERR_IO : file_err(number);
}

static const char *join_file_path(const char *directory, const char *name, char to[FILE_PATH])
{
    snprintf(to, FILE_PATH, "%s/%s", directory, name);
    return to;
}

bool files_data(const char *directory, struct stat *st)
{
    char path[FILE_PATH];

    return stat(join_file_path(directory, "data.mdb", path), st) == 0;
}

/* Parses /proc/self/maps: "7f12-7f34 r--s 00000000 fd:01 1234 /path/data.mdb". */
static bool find_map(const char *directory, const char *name, void **start, size_t *size)
{
    char path[FILE_PATH];
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[FILE_PATH + 128];
    struct stat st;
    bool found = false;

    while (maps && stat(join_file_path(directory, name, path), &st) == 0 && fgets(line, sizeof(line), maps)) {
        unsigned long long inode;
        uintptr_t from, to;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %llu", &from, &to, &inode) != 3 || inode != st.st_ino ||
            !strstr(line, name))
            continue;
        *start = (void *)from;
        *size = to - from;
        found = true;
    }
    if (maps)
        fclose(maps);
    return found;
}

void *files_guard_map(const char *directory)
{
    char path[FILE_PATH];
    void *start;
    size_t size;

    if (!find_map(directory, "data.mdb", &start, &size))
        return NULL;
    guard_add_disk(start, size, open(join_file_path(directory, "data.mdb", path), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    return start;
}

void *files_map(const char *directory, const char *name)
{
    void *start;
    size_t size;

    return find_map(directory, name, &start, &size) ? start : NULL;
}

void files_end_guard(void *map)
{
    guard_drop(map);
}

static bool is_blank(const struct stat *st)
{
    return st->st_size <= 2 * (off_t)sysconf(_SC_PAGESIZE);
}

bool files_are_blank(const char *directory)
{
    struct stat st;

    return files_data(directory, &st) ? is_blank(&st) : errno == ENOENT;
}

/* Keeps an inaccessible file, which may be a complete store on a failing disk. */
void files_drop_blank(const char *directory)
{
    char path[FILE_PATH];
    struct stat st;

    if (files_data(directory, &st) && S_ISREG(st.st_mode) && is_blank(&st))
        unlink(join_file_path(directory, "data.mdb", path));
}

enum err files_reserve_lock(const char *directory, struct fault *fault)
{
    char path[FILE_PATH];
    struct stat st;
    int number = 0;
    int fd =
        open(join_file_path(directory, "lock.mdb", path), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);

    if (fd < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot open %s", path);
    if (fstat(fd, &st) == 0 && st.st_size < LOCK_BYTES)
        number = posix_fallocate(fd, 0, LOCK_BYTES);
    close(fd);
    return number ? fault_errno(fault, files_err(number), number, "cannot make %s", path) : ERR_OK;
}

enum err files_refuse_lock(const char *directory, int number, struct fault *fault)
{
    if (number != ENOLCK && number != ENOSYS && number != EOPNOTSUPP && number != EINVAL)
        return fault_errno(fault, files_err(number), number, "cannot lock %s", directory);
    fault_errno(fault, ERR_DENIED, number, "the disk of %s does not support file locks", directory);
    return fault ? fault_hint(fault, "without file locks saved changes can be lost: set LOOPHOLE_HOME to a folder on a "
                                     "local disk")
                 : ERR_DENIED;
}

static enum err refuse_turn(const char *directory, int number, struct fault *fault)
{
    if (number == EWOULDBLOCK)
        return fault_set(fault, ERR_BUSY, "another process is opening the store in %s and makes no progress",
                         directory);
    return files_refuse_lock(directory, number, fault);
}

enum err files_take_turn(const char *directory, int *turn, struct fault *fault)
{
    usec_t end = clock_steady() + TURN_US;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), number;

    *turn = -1;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        /* LMDB reports a missing store; or the path is a single file without a lock, the copy of a backup */
        return ERR_OK;
    if (fd < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot open %s", directory);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        number = errno;
        if (number != EINTR && (number != EWOULDBLOCK || clock_steady() > end)) {
            close(fd);
            return refuse_turn(directory, number, fault);
        }
        clock_sleep(TURN_LOOK_US);
    }
    *turn = fd;
    return ERR_OK;
}

void files_end_turn(int turn)
{
    if (turn >= 0)
        close(turn);
}

bool files_exist(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

enum err files_rename(const char *from, const char *to, struct fault *fault)
{
    if (rename(from, to) < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot rename %s", from);
    return ERR_OK;
}

enum err files_name_backup(const char *path, const char *word, char *to, size_t size, struct fault *fault)
{
    for (int number = 1; number <= BACKUPS_TRIED; number++) {
        (void)snprintf(to, size, number == 1 ? "%s.%s" : "%s.%s-%d", path, word, number);
        if (!files_exist(to))
            return ERR_OK;
    }
    return fault_set(fault, ERR_FULL, "there are too many backups like %s: remove the old ones", to);
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
