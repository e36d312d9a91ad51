/* cloud: a FUSE file system that shows a folder as a cloud does. It lists at once; a file has a size and no blocks
 * until all of it was read.
 *
 *   cloud FOLDER MOUNT CONTROL [TYPE]   runs in the foreground until MOUNT is unmounted; TYPE: it is a "fuse.TYPE"
 * The source of the mount, and so its identity, is CONTROL.
 *
 * The folder CONTROL steers it, and shows what was read by whom:
 *
 *   rate            KiB of content a second, for each file; absent or 0: no limit
 *   mode            ok; stall (reads wait), hang (everything waits), fail (reads fail), offline (opens and reads
 *                   fail), forget (a file that was read whole is not kept); absent: ok
 *   here/NAME       the file is on this machine; a slash in its path is a percent sign. To delete it sends it back
 *   log             a line for each open and each read of content: open|read PID PROGRAM BYTES PATH */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int folder, control;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct handle {
    int fd;
    off_t got; /* bytes that were read */
};

static void take_rest(long us)
{
    nanosleep(&(struct timespec){ .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 }, NULL);
}

static void read_word(const char *name, char word[32])
{
    int fd = openat(control, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, word, 31);

    word[got > 0 ? got : 0] = 0;
    word[strcspn(word, " \n")] = 0;
    if (fd >= 0)
        close(fd);
}

static int is_mode(const char *mode)
{
    char word[32];

    read_word("mode", word);
    return strcmp(word, mode) == 0;
}

static void wait_while(const char *mode)
{
    while (is_mode(mode))
        take_rest(2000);
}

static const char *path_below(const char *path)
{
    return path[1] ? path + 1 : ".";
}

/* ---- which files are here ---- */

static void mark_of(const char *path, char mark[PATH_MAX])
{
    snprintf(mark, PATH_MAX, "here/%s", path_below(path));
    for (char *at = mark + 5; *at; at++)
        if (*at == '/')
            *at = '%';
}

static int is_here(const char *path)
{
    char mark[PATH_MAX];

    mark_of(path, mark);
    return faccessat(control, mark, F_OK, 0) == 0;
}

static void keep_file(const char *path)
{
    char mark[PATH_MAX];

    mark_of(path, mark);
    int fd = is_mode("forget") ? -1 : openat(control, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0)
        close(fd);
}

/* ---- who reads ---- */

static void note_access(const char *what, long bytes, const char *path)
{
    char name[64], program[32] = "?", line[PATH_MAX + 128];
    pid_t pid = fuse_get_context()->pid;

    snprintf(name, sizeof(name), "/proc/%d/comm", pid);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, program, sizeof(program) - 1);
    program[got > 0 ? got : 0] = 0;
    program[strcspn(program, "\n")] = 0;
    if (fd >= 0)
        close(fd);
    int len = snprintf(line, sizeof(line), "%s %d %s %ld %s\n", what, pid, program[0] ? program : "?", bytes, path);
    fd = openat(control, "log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, line, (size_t)len) != len)
        fprintf(stderr, "cannot write the log\n");
    if (fd >= 0)
        close(fd);
}

/* ---- the file system ---- */

static int do_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    (void)fi;
    wait_while("hang");
    if (fstatat(folder, path_below(path), st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (S_ISREG(st->st_mode))
        st->st_blocks = is_here(path) ? (st->st_size + 511) / 512 : 0;
    return 0;
}

static int do_readdir(const char *path, void *to, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                      enum fuse_readdir_flags flags)
{
    (void)offset, (void)fi, (void)flags;
    wait_while("hang");
    int fd = openat(folder, path_below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return -errno;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct stat st = { .st_mode = (mode_t)DTTOIF(entry->d_type), .st_ino = entry->d_ino };
        fill(to, entry->d_name, &st, 0, 0);
    }
    closedir(dir);
    return 0;
}

static int do_open(const char *path, struct fuse_file_info *fi)
{
    wait_while("hang");
    note_access("open", 0, path);
    if (is_mode("offline"))
        return -ENETUNREACH;
    int fd = openat(folder, path_below(path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct handle *handle = calloc(1, sizeof(*handle));
    handle->fd = fd;
    fi->fh = (uint64_t)(uintptr_t)handle;
    return 0;
}

/* Threads may read pieces of one file out of order; only all of them bring the file here. */
static void note_bytes(const char *path, struct handle *handle, ssize_t got)
{
    struct stat st;

    pthread_mutex_lock(&lock);
    handle->got += got;
    if (fstat(handle->fd, &st) == 0 && handle->got >= st.st_size)
        keep_file(path);
    pthread_mutex_unlock(&lock);
}

static int do_read(const char *path, char *to, size_t size, off_t offset, struct fuse_file_info *fi)
{
    struct handle *handle = (struct handle *)(uintptr_t)fi->fh;
    char word[32];

    wait_while("hang");
    wait_while("stall");
    if (is_mode("fail"))
        return -EIO;
    if (is_mode("offline"))
        return -ENETUNREACH;
    ssize_t got = pread(handle->fd, to, size, offset);
    if (got < 0)
        return -errno;
    read_word("rate", word);
    if (atol(word) > 0 && !is_here(path))
        take_rest((long)got * 1000000 / 1024 / atol(word));
    note_access("read", (long)got, path);
    note_bytes(path, handle, got);
    return (int)got;
}

static int do_release(const char *path, struct fuse_file_info *fi)
{
    struct handle *handle = (struct handle *)(uintptr_t)fi->fh;

    (void)path;
    close(handle->fd);
    free(handle);
    return 0;
}

static const struct fuse_operations operations = {
    .getattr = do_getattr,
    .readdir = do_readdir,
    .open = do_open,
    .read = do_read,
    .release = do_release,
};

int main(int argc, char **argv)
{
    char options[PATH_MAX + 256], *arguments[] = { argv[0], "-f", "-o", options, argc > 2 ? argv[2] : NULL, NULL };

    if (argc < 4 || argc > 5 || (folder = open(argv[1], O_RDONLY | O_DIRECTORY)) < 0 ||
        (control = open(argv[3], O_RDONLY | O_DIRECTORY)) < 0 ||
        (mkdirat(control, "here", 0755) != 0 && errno != EEXIST)) {
        fprintf(stderr, "usage: cloud FOLDER MOUNT CONTROL [TYPE]\n");
        return 2;
    }
    snprintf(options, sizeof(options), "attr_timeout=0,entry_timeout=0,fsname=%s%s%s", argv[3],
             argc == 5 ? ",subtype=" : "", argc == 5 ? argv[4] : "");
    return fuse_main(5, arguments, &operations, NULL);
}
