/* lossy: a FUSE file system that shows a folder and, like a power cut, can lose unsynced data.
 *
 *   lossy FOLDER MOUNT SEED [N]  runs in the foreground until SIGTERM or until MOUNT is unmounted
 *   SIGUSR1                      the power is cut: from the next call on everything fails with EIO, nothing is acked
 *   the Nth change or sync       cuts the power too, and prints "cut"; without a cut, prints their number at the end
 *   stat of MOUNT/.cut-N         the same, for the Nth from then on; stat of MOUNT/.changes: its size is their number
 *   fsync of MOUNT/.syncfs       syncs everything written so far: FUSE does not forward syncfs (syncfs.c)
 *   SIGUSR2                      makes the disk read-only (writes fail with EROFS), or writable again
 *   SIGHUP                       makes it unreadable (files can be opened, reads fail with EIO), or readable again
 *
 * After a cut, when the file system ends, FOLDER is put into a state that a disk may have when the power comes back:
 *   - In each file, every 512-byte sector written since the last fsync or fdatasync has, independently, its new or its
 *     old bytes; so pages are torn, and writes out of order. The size of the file likewise. A write through a
 *     descriptor with O_DSYNC or O_SYNC is synced when it returns, but only that write: the kernel's fsync after it
 *     does not count as one of the whole file.
 *   - In each folder, the names made, removed and changed since the fsync of the folder exist up to some moment and not
 *     after it. A file whose data is synced and whose name is not is lost as a whole.
 * In one of three cuts everything is lost that may be lost. Not covered: sectors that tear or go bad, a disk that lies
 * about its syncs, names of one folder that reach the disk out of order, modes and times, links. */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/programs/cut/unsynced.h"

enum { ENDED_BY_SIGNAL = 8 }; /* the exit code of fuse_main */
static const char all_path[] = "/.syncfs", changes_path[] = "/.changes", cut_path[] = "/.cut-";
static const uint64_t all_handle = UINT64_MAX, synced_by_write = (uint64_t)1 << 32; /* in addition to the descriptor */

static struct unsynced *lossy; /* global, because FUSE's calls get only paths */
static volatile sig_atomic_t cut, read_only, unreadable;
static unsigned long changes, cut_at; /* 0: only by a signal */

static void on_signal(int number)
{
    if (number == SIGUSR1)
        cut = 1;
    else if (number == SIGHUP)
        unreadable = !unreadable;
    else
        read_only = !read_only;
}

static int error_of(int rc)
{
    return rc < 0 ? -errno : rc;
}

/* 0, or the error of every read or change. */
static int open_setting(void)
{
    return cut ? -EIO : 0;
}

static int open_changes(void)
{
    if (!cut && ++changes == cut_at) {
        cut = 1;
        puts("cut");
        fflush(stdout);
    }
    return cut ? -EIO : read_only ? -EROFS : 0;
}

static const char *path_below(const char *path)
{
    return path[1] ? path + 1 : ".";
}

static int place_of(void)
{
    return unsynced_folder(lossy);
}

/* True: `path` is no file, but sets the change that cuts the power. */
static bool set_cut(const char *path)
{
    if (strncmp(path, cut_path, strlen(cut_path)) != 0)
        return false;
    cut_at = changes + strtoul(path + strlen(cut_path), NULL, 10);
    return true;
}

/* Of a path that is no file in the folder. */
static struct stat describe_special(off_t size)
{
    return (struct stat){ .st_mode = S_IFREG | 0600, .st_nlink = 1, .st_ino = UINT32_MAX, .st_size = size };
}

/* A file that was removed while it is open has no path: `path` is NULL. The same in all calls with `fi`. */
static int do_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    int e = open_setting();

    if (e)
        return e;
    if (fi && fi->fh != all_handle)
        return error_of(fstat((int)fi->fh, st));
    if (fi || strcmp(path, all_path) == 0)
        return *st = describe_special(0), 0;
    if (strcmp(path, changes_path) == 0)
        return *st = describe_special((off_t)changes), 0;
    if (set_cut(path))
        return -ENOENT;
    return error_of(fstatat(place_of(), path_below(path), st, AT_SYMLINK_NOFOLLOW));
}

static int do_readdir(const char *path, void *to, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                      enum fuse_readdir_flags flags)
{
    int e = open_setting(), fd = e ? -1 : openat(place_of(), path_below(path), O_RDONLY | O_DIRECTORY);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    (void)offset, (void)fi, (void)flags;
    if (!dir)
        return e ? e : -errno;
    for (struct dirent *d = readdir(dir); d; d = readdir(dir))
        fill(to, d->d_name, NULL, 0, 0);
    closedir(dir);
    return 0;
}

static int open_file(const char *path, int flags, mode_t mode, struct fuse_file_info *fi)
{
    int fd = openat(place_of(), path_below(path), (flags & ~(O_APPEND | O_SYNC | O_DSYNC)) | O_CLOEXEC, mode);

    if (fd < 0)
        return -errno;
    fi->fh = (uint64_t)fd | (flags & (O_SYNC | O_DSYNC) ? synced_by_write : 0);
    return 0;
}

static bool is_writing(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY;
}

/* Reads go through the kernel's cache, because the store is mapped. This program reads the old bytes, so never
 * O_WRONLY. */
static int do_open(const char *path, struct fuse_file_info *fi)
{
    int flags = is_writing(fi->flags) ? (fi->flags & ~O_ACCMODE) | O_RDWR : fi->flags;
    int e = is_writing(fi->flags) ? open_changes() : open_setting();

    if (strcmp(path, all_path) == 0)
        fi->fh = all_handle;
    return e || fi->fh == all_handle ? e : open_file(path, flags & ~(O_TRUNC | O_CREAT | O_EXCL), 0, fi);
}

static int do_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    int e = open_changes();

    if (e == 0)
        e = open_file(path, (fi->flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, mode, fi);
    return e ? e : unsynced_name(lossy, NAME_MADE, path_below(path), NULL);
}

static int do_mkdir(const char *path, mode_t mode)
{
    int e = open_changes();

    if (e == 0)
        e = error_of(mkdirat(place_of(), path_below(path), mode));
    return e ? e : unsynced_name(lossy, NAME_MADE, path_below(path), NULL);
}

static int do_unlink(const char *path)
{
    int e = open_changes();

    return e ? e : unsynced_name(lossy, NAME_REMOVED, path_below(path), NULL);
}

static int do_rename(const char *from, const char *to, unsigned flags)
{
    int e = open_changes();

    return e ? e : flags ? -EINVAL : unsynced_name(lossy, NAME_CHANGED, path_below(from), path_below(to));
}

static int do_read(const char *path, char *to, size_t size, off_t from, struct fuse_file_info *fi)
{
    int e = unreadable ? -EIO : open_setting();

    (void)path;
    return e ? e : error_of((int)pread((int)fi->fh, to, size, from));
}

static int do_write(const char *path, const char *bytes, size_t size, off_t to, struct fuse_file_info *fi)
{
    int e = open_changes(), fd = (int)fi->fh;

    (void)path;
    if (e == 0)
        e = unsynced_before_write(lossy, fd, to, size);
    if (e)
        return e;
    ssize_t done = pwrite(fd, bytes, size, to);
    if (done > 0 && (fi->flags & (O_DSYNC | O_SYNC)) && !fi->writepage)
        unsynced_range_is_safe(lossy, fd, to, (size_t)done);
    return error_of((int)done);
}

static int do_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
    int e = open_changes(), fd = fi ? (int)fi->fh : e ? -1 : openat(place_of(), path_below(path), O_RDWR | O_CLOEXEC);

    if (e == 0 && fd < 0)
        return -errno;
    if (e == 0)
        e = unsynced_before_truncate(lossy, fd, size);
    if (e == 0)
        e = error_of(ftruncate(fd, size));
    if (!fi && fd >= 0)
        close(fd);
    return e;
}

static int do_fallocate(const char *path, int mode, off_t from, off_t size, struct fuse_file_info *fi)
{
    int e = open_changes();

    (void)path;
    if (e == 0 && mode)
        e = -EOPNOTSUPP;
    if (e == 0)
        e = unsynced_before_truncate(lossy, (int)fi->fh, from + size);
    return e ? e : -posix_fallocate((int)fi->fh, from, size);
}

static int do_fsync(const char *path, int data_only, struct fuse_file_info *fi)
{
    int e = open_changes();

    (void)path, (void)data_only;
    if (e == 0 && fi->fh == all_handle)
        unsynced_all_is_safe(lossy);
    else if (e == 0 && !(fi->fh & synced_by_write))
        unsynced_file_is_safe(lossy, (int)fi->fh);
    return e;
}

static int do_fsyncdir(const char *path, int data_only, struct fuse_file_info *fi)
{
    int e = open_changes();

    (void)data_only, (void)fi;
    if (e == 0)
        unsynced_names_are_safe(lossy, path_below(path));
    return e;
}

static int do_release(const char *path, struct fuse_file_info *fi)
{
    (void)path;
    if (fi->fh != all_handle)
        close((int)fi->fh);
    return 0;
}

static int do_statfs(const char *path, struct statvfs *to)
{
    (void)path;
    return error_of(fstatvfs(place_of(), to));
}

static int do_chmod(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    int e = open_changes();

    if (e)
        return e;
    return error_of(fi ? fchmod((int)fi->fh, mode) : fchmodat(place_of(), path_below(path), mode, 0));
}

static int do_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *fi)
{
    int e = open_changes();

    if (e)
        return e;
    return error_of(fi ? futimens((int)fi->fh, times)
                       : utimensat(place_of(), path_below(path), times, AT_SYMLINK_NOFOLLOW));
}

static void *do_init(struct fuse_conn_info *conn, struct fuse_config *config)
{
    (void)conn;
    config->use_ino = 1;
    config->kernel_cache = 0;
    config->attr_timeout = config->entry_timeout = 0;
    config->hard_remove = 1; /* a removed name is gone at once: unsynced.c keeps the file */
    config->nullpath_ok = 0;
    return NULL;
}

static const struct fuse_operations calls = {
    .init = do_init,
    .getattr = do_getattr,
    .readdir = do_readdir,
    .open = do_open,
    .create = do_create,
    .mkdir = do_mkdir,
    .unlink = do_unlink,
    .rmdir = do_unlink,
    .rename = do_rename,
    .read = do_read,
    .write = do_write,
    .truncate = do_truncate,
    .fallocate = do_fallocate,
    .fsync = do_fsync,
    .fsyncdir = do_fsyncdir,
    .release = do_release,
    .statfs = do_statfs,
    .chmod = do_chmod,
    .utimens = do_utimens,
};

int main(int argc, char **argv)
{
    char *options[] = { argv[0], "-f", "-s", "-odefault_permissions,fsname=lossy", argc >= 4 ? argv[2] : NULL, NULL };

    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: lossy FOLDER MOUNT SEED [N]\n");
        return 2;
    }
    lossy = unsynced_open(argv[1], (unsigned)strtoul(argv[3], NULL, 10));
    if (!lossy) {
        perror(argv[1]);
        return 1;
    }
    cut_at = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, on_signal);
    signal(SIGHUP, on_signal);
    umask(0);
    int code = fuse_main(5, options, &calls, NULL);
    if (code == ENDED_BY_SIGNAL)
        code = 0;
    if (cut && unsynced_lose(lossy) != 0)
        code = 1;
    if (!cut && cut_at)
        printf("{\"changes\":%lu}\n", changes);
    unsynced_close(lossy);
    return code;
}
