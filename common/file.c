#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/clock.h"

enum { READ_STEP = 65536 };

enum err file_refuse(struct fault *fault, const char *doing, const char *path)
{
    return fault_errno(fault, file_err(errno), errno, "cannot %s %s", doing, path);
}

enum err file_read_fd(int fd, size_t limit, const char *path, struct buffer *to, struct fault *fault)
{
    size_t start = to->len;
    char piece[READ_STEP];
    ssize_t got;

    while ((got = read(fd, piece, sizeof(piece))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_refuse(fault, "read", path);
        if ((size_t)got > limit - (to->len - start))
            return fault_set(fault, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, limit);
        buffer_add(to, piece, (size_t)got);
    }
    return ERR_OK;
}

enum err file_read_all(const char *path, size_t limit, struct buffer *to, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    enum err e;

    if (fd < 0)
        return file_refuse(fault, "open", path);
    if (fstat(fd, &st) != 0)
        e = file_refuse(fault, "access", path);
    else if (!S_ISREG(st.st_mode))
        e = fault_set(fault, ERR_BAD_REQUEST, "%s is not a regular file", path);
    else
        e = file_read_fd(fd, limit, path, to, fault);
    close(fd);
    return e;
}

/* Writes the directory of `path` to `to`; "." if it has none. */
static bool directory_of(const char *path, char to[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    if (!slash)
        return text_copy(to, PATH_MAX, TEXT("."));
    return text_copy(to, PATH_MAX, (struct text){ len ? (uint32_t)len : 1, path });
}

enum err file_sync(const char *path, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    enum err e = ERR_OK;

    if (fd < 0)
        return file_refuse(fault, "open", path);
    if (fsync(fd) != 0)
        e = file_refuse(fault, "sync", path);
    close(fd);
    return e;
}

/* Before Linux 5.8 syncfs did not report failed writes. */
static bool syncfs_reports(void)
{
    struct utsname name;
    unsigned major_number, minor_number;

    return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major_number, &minor_number) == 2 &&
           (major_number > 5 || (major_number == 5 && minor_number >= 8));
}

/* Only these kinds: others may lack syncfs (FUSE does), or may not write through to the disk. */
int file_open_disk(const char *directory)
{
    static const unsigned kinds[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
                                      TMPFS_MAGIC };
    int fd = syncfs_reports() ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    struct statfs st;

    for (size_t i = 0; fd >= 0 && fstatfs(fd, &st) == 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
        if ((unsigned)st.f_type == kinds[i])
            return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* syncfs on a file system that became read-only succeeds without writing. */
enum err file_sync_disk(int disk, struct fault *fault)
{
    struct statvfs st;

    if (syncfs(disk) != 0 || fstatvfs(disk, &st) != 0)
        return file_refuse(fault, "sync", "the disk");
    if (st.f_flag & ST_RDONLY)
        return fault_set(fault, ERR_IO, "cannot sync the disk: it became read-only");
    return ERR_OK;
}

/* ---- temporary files ---- */

/* Its name is ".loophole-", the word of this process, and six characters. Older programs have no word. */
enum { START_LEN = 10, WORD_LEN = 8, OLD_LEN = START_LEN + 6, NAME_LEN = START_LEN + WORD_LEN + 6 };
static const char all_start[] = ".loophole-";
static char own_start[START_LEN + WORD_LEN + 1];

static void draw_own_start(void)
{
    uint32_t word = 0;

    if (getrandom(&word, sizeof(word), 0) != sizeof(word))
        word = (uint32_t)clock_now() ^ (uint32_t)getpid();
    (void)snprintf(own_start, sizeof(own_start), "%s%08x", all_start, (unsigned)word);
}

static const char *find_own_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, draw_own_start);
    return own_start;
}

int file_make_temporary(const char *directory, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/%sXXXXXX", directory, find_own_start());

    if (len < 0 || len >= PATH_MAX)
        return errno = ENAMETOOLONG, -1;
    return mkostemp(path, O_CLOEXEC);
}

int file_make_temporary_at(int folder, char name[FILE_TEMPORARY])
{
    for (int i = 0; i < 100; i++) {
        uint32_t word = 0;
        int fd;

        if (getrandom(&word, sizeof(word), 0) != sizeof(word))
            return -1;
        (void)snprintf(name, FILE_TEMPORARY, "%s%06x", find_own_start(), (unsigned)word & 0xffffff);
        fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* A volume's marker has the length of an old temporary file. */
bool file_is_left(const char *name)
{
    size_t len = strlen(name);

    if ((len != NAME_LEN && len != OLD_LEN) || strcmp(name, ".loophole-volume") == 0)
        return false;
    return strncmp(name, all_start, START_LEN) == 0 && strncmp(name, find_own_start(), START_LEN + WORD_LEN) != 0;
}

/* ---- writing ---- */

static int do_nothing(int fd)
{
    (void)fd;
    return 0;
}

static enum err fill_temporary(int fd, struct bytes bytes, mode_t mode, int (*settle)(int fd), const char *path,
                               struct fault *fault)
{
    enum err e = file_write_fd(fd, bytes.at, bytes.len);

    if (e != ERR_OK)
        return fault_errno(fault, e, errno, "cannot write %s", path);
    if (fchmod(fd, mode) != 0 || settle(fd) != 0)
        return file_refuse(fault, "write", path);
    return ERR_OK;
}

static enum err replace_contents(const char *path, const char *directory, struct bytes bytes, mode_t mode,
                                 int (*settle)(int fd), struct fault *fault)
{
    char temporary[PATH_MAX];
    int fd = file_make_temporary(directory, temporary);
    enum err e;

    if (fd < 0 && errno == ENAMETOOLONG)
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", path);
    if (fd < 0)
        return file_refuse(fault, "write", path);
    e = fill_temporary(fd, bytes, mode, settle, path, fault);
    if (close(fd) != 0 && e == ERR_OK)
        e = file_refuse(fault, "write", path);
    if (e == ERR_OK && rename(temporary, path) != 0)
        e = file_refuse(fault, "replace", path);
    if (e != ERR_OK)
        unlink(temporary);
    return e;
}

enum err file_replace_part(int folder, const char *name, struct bytes bytes, mode_t mode, struct fault *fault)
{
    char temporary[FILE_TEMPORARY];
    int fd = file_make_temporary_at(folder, temporary);
    enum err e;

    if (fd < 0)
        return file_refuse(fault, "write", name);
    e = fill_temporary(fd, bytes, mode, fsync, name, fault);
    if (close(fd) != 0 && e == ERR_OK)
        e = file_refuse(fault, "write", name);
    if (e == ERR_OK && renameat(folder, temporary, folder, name) != 0)
        e = file_refuse(fault, "replace", name);
    if (e != ERR_OK)
        (void)unlinkat(folder, temporary, 0);
    return e;
}

enum err file_replace_at(int folder, const char *name, struct bytes bytes, mode_t mode, struct fault *fault)
{
    const enum err e = file_replace_part(folder, name, bytes, mode, fault);

    if (e == ERR_OK && fsync(folder) != 0)
        return file_refuse(fault, "sync the folder of", name);
    return e;
}

static enum err write_whole(const char *path, struct bytes bytes, mode_t mode, bool soon, struct fault *fault)
{
    char directory[PATH_MAX];
    enum err e;

    if (!directory_of(path, directory))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", path);
    e = replace_contents(path, directory, bytes, mode, soon ? do_nothing : fsync, fault);
    return e == ERR_OK && !soon ? file_sync(directory, fault) : e;
}

enum err file_write_atomic(const char *path, struct bytes bytes, mode_t mode, struct fault *fault)
{
    return write_whole(path, bytes, mode, false, fault);
}

enum err file_write_soon(const char *path, struct bytes bytes, mode_t mode, struct fault *fault)
{
    return write_whole(path, bytes, mode, true, fault);
}

enum err file_write_through(const char *path, struct bytes bytes, mode_t mode, struct fault *fault)
{
    char real[PATH_MAX];
    struct stat st;

    if (lstat(path, &st) != 0)
        return file_write_atomic(path, bytes, mode, fault);
    if (S_ISLNK(st.st_mode)) {
        if (!realpath(path, real) || stat(real, &st) != 0)
            return file_refuse(fault, "follow the link", path);
        if (!S_ISREG(st.st_mode))
            return fault_set(fault, ERR_IO, "%s is a link to something that is not a regular file", path);
        path = real;
    }
    return file_write_atomic(path, bytes, st.st_mode & 07777, fault);
}

enum err file_write_new(const char *path, struct bytes bytes, mode_t mode, struct fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);
    enum err e;

    if (fd < 0)
        return file_refuse(fault, "make", path);
    e = file_write_fd(fd, bytes.at, bytes.len);
    if (e != ERR_OK)
        fault_errno(fault, e, errno, "cannot write %s", path);
    if (close(fd) != 0 && e == ERR_OK)
        e = file_refuse(fault, "write", path);
    if (e != ERR_OK)
        unlink(path);
    return e;
}

/* A new directory is durable after its parent is synced. */
static enum err make_dir(const char *path, mode_t mode, struct fault *fault)
{
    char above[PATH_MAX];
    struct stat st;
    int number;

    if (mkdir(path, mode) == 0)
        return directory_of(path, above) ? file_sync(above, fault) : ERR_OK;
    number = errno;
    if (stat(path, &st) == 0)
        return ERR_OK;
    if (number == EEXIST && lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
        fault_set(fault, ERR_NOT_FOUND, "%s is a link to a folder that is not there", path);
        return fault_hint(fault, "mount the disk that it leads to, or remove the link");
    }
    if (number == EEXIST)
        return ERR_OK;
    return fault_errno(fault, file_err(number), number, "cannot make directory %s", path);
}

enum err file_make_dirs(const char *path, mode_t mode, struct fault *fault)
{
    char part[PATH_MAX];
    struct stat st;
    enum err e = ERR_OK;

    if (!text_copy(part, sizeof(part), text_of(path)))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", path);
    for (char *slash = strchr(part + (*part == '/'), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (e == ERR_OK)
            e = make_dir(part, mode, fault);
        *slash = '/';
    }
    if (e == ERR_OK)
        e = make_dir(part, mode, fault);
    if (e != ERR_OK)
        return e;
    if (stat(part, &st) != 0)
        return file_refuse(fault, "make directory", part);
    if (!S_ISDIR(st.st_mode))
        return fault_set(fault, ERR_EXISTS, "%s is not a directory: remove or rename it", part);
    return ERR_OK;
}
