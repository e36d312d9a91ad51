/* stall: a FUSE file system that shows a folder, uncached, and can stop answering.
 *
 *   stall FOLDER MOUNT [FAULT [HOW]]        runs in the foreground until SIGTERM or until MOUNT is unmounted
 *   SIGRTMIN                                reads wait, or continue. FAULT.holds exists meanwhile
 *   SIGRTMIN+1                              everything waits, or continues: a dead mount. FAULT.hangs exists meanwhile
 *
 * Real-time signals, because the kernel drops another signal while one of its number is pending.
 *
 * HOW any-case: it ignores the case of letters in names, and shows the inodes of FOLDER. cached: the kernel keeps what
 * it read of a file until it is opened again, so that files can be mapped.
 *
 * FAULT is a file, which may be absent: "NUMBER WORD". Requests about a path that contains WORD fail with that errno,
 * except reads; "NUMBER WORD KIND": only those that are reads, writes, syncs or renames. As long as NUMBER is 0 they
 * wait, and the file FAULT.waits exists while one waits. */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int folder;
static const char *fault_file;
static int ignores_case, is_cached;
static atomic_int reads_wait, all_waits, changes, waiting;

static void toggle_flag(atomic_int *flag, const char *word)
{
    char name[PATH_MAX + 8];
    const bool waits = !atomic_fetch_xor(flag, 1);

    atomic_fetch_add(&changes, 1);
    (void)syscall(SYS_futex, &changes, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    if (!fault_file)
        return;
    (void)snprintf(name, sizeof(name), "%s.%s", fault_file, word);
    if (waits)
        close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    else
        (void)unlink(name);
}

static void *take_signals(void *of)
{
    for (int number; sigwait((const sigset_t *)of, &number) == 0;)
        if (number == SIGRTMIN)
            toggle_flag(&reads_wait, "holds");
        else
            toggle_flag(&all_waits, "hangs");
    return NULL;
}

/* A request that waits costs nothing: many of them would otherwise slow the programs under test. */
static void wait_while(const atomic_int *flag)
{
    for (int seen; seen = atomic_load(&changes), atomic_load(flag) || atomic_load(&all_waits);)
        (void)syscall(SYS_futex, &changes, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void show_that_one_waits(bool waits)
{
    char name[PATH_MAX];
    int fd = -1;

    snprintf(name, sizeof(name), "%s.waits", fault_file);
    if (!waits)
        (void)unlink(name);
    else if ((fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) >= 0)
        close(fd);
}

/* The errno with which a request of this kind fails now; 0: none; -1: it waits. */
static int read_fault_of(const char *path, const char *kind)
{
    char text[256], word[256] = "", only[8] = "";
    int number = 0, fd = fault_file ? open(fault_file, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[got > 0 ? got : 0] = 0;
    if (sscanf(text, "%d %255s %7s", &number, word, only) < 1 || !strstr(path, word) ||
        (only[0] ? strcmp(only, kind) != 0 : strcmp(kind, "reads") == 0))
        return 0;
    return number ? number : -1;
}

/* The errno with which the request fails, after it waited; 0: none. */
static int take_fault_of(const char *path, const char *kind)
{
    int error;

    wait_while(&all_waits);
    if ((error = read_fault_of(path, kind)) >= 0)
        return error;
    atomic_fetch_add(&waiting, 1);
    do {
        show_that_one_waits(true);
        (void)usleep(2000);
    } while ((error = read_fault_of(path, kind)) < 0);
    if (atomic_fetch_sub(&waiting, 1) == 1)
        show_that_one_waits(false);
    return error;
}

static int take_fault(const char *path)
{
    return take_fault_of(path, "");
}

/* Adds the name to the path as the folder has it; a name that the folder lacks is added as it is. */
static void add_name(char *to, const char *name, int len)
{
    int fd = openat(folder, to[0] ? to : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    size_t end = strlen(to);

    snprintf(to + end, PATH_MAX - end, "%s%.*s", end ? "/" : "", len, name);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if ((int)strlen(entry->d_name) == len && strncasecmp(entry->d_name, name, (size_t)len) == 0)
            memcpy(to + strlen(to) - len, entry->d_name, (size_t)len);
    if (dir)
        closedir(dir);
}

static const char *path_below(const char *path, char found[PATH_MAX])
{
    if (!path[1] || !ignores_case)
        return path[1] ? path + 1 : ".";
    found[0] = 0;
    for (int len; *path; path += len) {
        len = (int)strcspn(++path, "/");
        add_name(found, path, len);
    }
    return found;
}

static void *do_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
    (void)connection;
    config->use_ino = ignores_case; /* without it, each name has an inode of its own */
    return NULL;
}

static int do_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    (void)fi;
    char found[PATH_MAX];
    int error = take_fault(path);
    if (error)
        return -error;
    return fstatat(folder, path_below(path, found), st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int do_readdir(const char *path, void *to, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                      enum fuse_readdir_flags flags)
{
    (void)offset, (void)fi, (void)flags;
    int error = take_fault(path);
    if (error)
        return -error;
    char found[PATH_MAX];
    int fd = openat(folder, path_below(path, found), O_RDONLY | O_DIRECTORY);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return -errno;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        fill(to, entry->d_name, NULL, 0, 0);
    closedir(dir);
    return 0;
}

static int do_open(const char *path, struct fuse_file_info *fi)
{
    int error = take_fault(path);
    if (error)
        return -error;
    char found[PATH_MAX];
    int fd = openat(folder, path_below(path, found), fi->flags & (O_ACCMODE | O_TRUNC));
    if (fd < 0)
        return -errno;
    fi->fh = (uint64_t)fd;
    fi->direct_io = !is_cached; /* the kernel forwards every read */
    return 0;
}

static int do_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    char found[PATH_MAX];
    int error = take_fault(path), fd = error ? -1 : openat(folder, path_below(path, found), fi->flags | O_CREAT, mode);

    if (fd < 0)
        return error ? -error : -errno;
    fi->fh = (uint64_t)fd;
    fi->direct_io = !is_cached;
    return 0;
}

static int do_write(const char *path, const char *from, size_t size, off_t offset, struct fuse_file_info *fi)
{
    int error = take_fault_of(path, "writes");
    ssize_t put = error ? -1 : pwrite((int)fi->fh, from, size, offset);

    return put >= 0 ? (int)put : error ? -error : -errno;
}

static int do_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
    int error = take_fault_of(path, "writes");
    char found[PATH_MAX];
    int fd = error || fi ? -1 : openat(folder, path_below(path, found), O_WRONLY | O_CLOEXEC);

    if (error || (!fi && fd < 0))
        return error ? -error : -errno;
    error = ftruncate(fi ? (int)fi->fh : fd, size) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return -error;
}

static int do_fsync(const char *path, int only_data, struct fuse_file_info *fi)
{
    int error = take_fault_of(path, "syncs");

    (void)only_data;
    return error ? -error : fsync((int)fi->fh) < 0 ? -errno : 0;
}

static int do_fsyncdir(const char *path, int only_data, struct fuse_file_info *fi)
{
    (void)only_data, (void)fi;
    return -take_fault_of(path, "syncs");
}

static int do_mkdir(const char *path, mode_t mode)
{
    int error = take_fault(path);

    return error ? -error : mkdirat(folder, path + 1, mode) < 0 ? -errno : 0;
}

static int do_unlink(const char *path)
{
    int error = take_fault(path);

    return error ? -error : unlinkat(folder, path + 1, 0) < 0 ? -errno : 0;
}

static int do_rmdir(const char *path)
{
    int error = take_fault(path);

    return error ? -error : unlinkat(folder, path + 1, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int do_link(const char *path, const char *to)
{
    int error = take_fault_of(to, "renames");

    return error ? -error : linkat(folder, path + 1, folder, to + 1, 0) < 0 ? -errno : 0;
}

static int do_rename(const char *path, const char *to, unsigned flags)
{
    int error = take_fault_of(to, "renames");

    return error ? -error : renameat2(folder, path + 1, folder, to + 1, flags) < 0 ? -errno : 0;
}

static int do_read(const char *path, char *to, size_t size, off_t offset, struct fuse_file_info *fi)
{
    wait_while(&reads_wait);
    int error = take_fault_of(path, "reads");
    if (error)
        return -error;
    ssize_t got = pread((int)fi->fh, to, size, offset);
    return got < 0 ? -errno : (int)got;
}

static int do_flush(const char *path, struct fuse_file_info *fi)
{
    (void)fi;
    return -take_fault(path); /* close waits for this, and cannot be ended */
}

static int do_release(const char *path, struct fuse_file_info *fi)
{
    (void)path;
    close((int)fi->fh);
    return 0;
}

static int do_chmod(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    (void)fi;
    char found[PATH_MAX];
    int error = take_fault(path);
    if (error)
        return -error;
    return fchmodat(folder, path_below(path, found), mode, 0) == 0 ? 0 : -errno;
}

static const struct fuse_operations operations = {
    .init = do_init,
    .getattr = do_getattr,
    .readdir = do_readdir,
    .open = do_open,
    .read = do_read,
    .create = do_create,
    .write = do_write,
    .truncate = do_truncate,
    .fsync = do_fsync,
    .fsyncdir = do_fsyncdir,
    .mkdir = do_mkdir,
    .unlink = do_unlink,
    .rmdir = do_rmdir,
    .link = do_link,
    .rename = do_rename,
    .flush = do_flush,
    .release = do_release,
    .chmod = do_chmod,
};

int main(int argc, char **argv)
{
    char *arguments[] = { argv[0], "-f", "-o", "attr_timeout=0,entry_timeout=0", argc > 2 ? argv[2] : NULL, NULL };
    pthread_t taker;
    sigset_t signals;

    if (argc < 3 || argc > 5 || (folder = open(argv[1], O_RDONLY | O_DIRECTORY)) < 0) {
        fprintf(stderr, "usage: stall FOLDER MOUNT [FAULT [any-case|cached]]\n");
        return 2;
    }
    fault_file = argv[3];
    ignores_case = argc > 4 && strcmp(argv[4], "any-case") == 0;
    is_cached = argc > 4 && strcmp(argv[4], "cached") == 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGRTMIN);
    sigaddset(&signals, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (pthread_create(&taker, NULL, take_signals, &signals) != 0)
        return 1;
    return fuse_main(5, arguments, &operations, NULL);
}
