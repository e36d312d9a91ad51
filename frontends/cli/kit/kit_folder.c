#include "frontends/cli/kit/kit_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"

enum { BLOCK = 65536 };
static const char part[] = ".loophole-kit.part";

static enum err refuse_name(const char *name, struct fault *fault)
{
    fault_set(fault, ERR_EXISTS, "there is a file or folder %s already", name);
    return fault_hint(fault, "choose another folder, or another name for the kit"), ERR_EXISTS;
}

static enum err refuse_export(const char *doing, const char *name, struct fault *fault)
{
    return fault_errno(fault, file_err(errno), errno, "cannot %s %s", doing, name);
}

/* ---- the temporary folder ---- */

static void empty_folder(int fd)
{
    const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;

    while (all && (entry = readdir(all)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(fd, entry->d_name, 0);
    if (all)
        closedir(all);
}

/* The folder that was locked still has the name: no other command has finished with it. */
static bool is_part(const struct kit_folder *folder)
{
    struct stat opened, named;

    return fstat(folder->fd, &opened) == 0 && fstatat(folder->parent, part, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static enum err open_part(struct kit_folder *folder, struct fault *fault)
{
    if (mkdirat(folder->parent, part, 0755) != 0 && errno != EEXIST)
        return refuse_export("make a folder in", "it", fault);
    folder->fd = openat(folder->parent, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder->fd < 0)
        return refuse_export("open", part, fault);
    if (flock(folder->fd, LOCK_EX | LOCK_NB) == 0 && is_part(folder)) {
        empty_folder(folder->fd);
        return ERR_OK;
    }
    close(folder->fd);
    folder->fd = -1;
    return fault_set(fault, ERR_BUSY, "another command is writing a kit to that folder");
}

enum err kit_folder_begin(struct kit_folder *folder, const char *parent, const char *name, struct fault *fault)
{
    struct stat st;
    enum err e;

    *folder = (struct kit_folder){ -1, -1 };
    e = file_make_dirs(parent, 0755, fault);
    if (e != ERR_OK)
        return e;
    folder->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->parent < 0)
        return refuse_export("open", parent, fault);
    if (fstatat(folder->parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return refuse_name(name, fault);
    return open_part(folder, fault);
}

void kit_folder_end(struct kit_folder *folder)
{
    if (folder->fd >= 0) {
        empty_folder(folder->fd);
        (void)unlinkat(folder->parent, part, AT_REMOVEDIR);
        close(folder->fd);
    }
    if (folder->parent >= 0)
        close(folder->parent);
    folder->parent = folder->fd = -1;
}

/* ---- files ---- */

static int make_file(const struct kit_folder *folder, const char *name)
{
    return openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

static enum err close_file(int fd, const char *name, struct fault *fault)
{
    const enum err e = fsync(fd) == 0 ? ERR_OK : refuse_export("write", name, fault);

    close(fd);
    return e;
}

static enum err copy_bytes(int from, int to, const char *name, struct fault *fault)
{
    char block[BLOCK];
    off_t at = 0;
    ssize_t got;

    while ((got = pread(from, block, sizeof(block), at)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse_export("read", name, fault);
        const enum err e = file_write_fd(to, block, (size_t)got);
        if (e != ERR_OK)
            return fault_set(fault, e, "cannot write %s: %s", name, err_name(e));
        at += got;
    }
    return ERR_OK;
}

enum err kit_folder_copy(struct kit_folder *folder, int from, const char *name, struct fault *fault)
{
    const int to = make_file(folder, name);
    enum err e = to >= 0 ? copy_bytes(from, to, name, fault) : refuse_export("make", name, fault);

    if (to < 0)
        return e;
    if (e == ERR_OK)
        return close_file(to, name, fault);
    close(to);
    return e;
}

enum err kit_folder_write(struct kit_folder *folder, struct bytes bytes, const char *name, struct fault *fault)
{
    const int to = make_file(folder, name);
    enum err e = to >= 0 ? file_write_fd(to, bytes.at, bytes.len) : refuse_export("make", name, fault);

    if (to < 0)
        return e;
    if (e == ERR_OK)
        return close_file(to, name, fault);
    close(to);
    return fault_set(fault, e, "cannot write %s: %s", name, err_name(e));
}

/* A file system without the flag still refuses to replace a file, or a folder with content. */
static int take_name(const struct kit_folder *folder, const char *name)
{
    if (renameat2(folder->parent, part, folder->parent, name, RENAME_NOREPLACE) == 0)
        return 0;
    return errno == EINVAL || errno == ENOSYS ? renameat(folder->parent, part, folder->parent, name) : -1;
}

enum err kit_folder_finish(struct kit_folder *folder, const char *name, struct fault *fault)
{
    if (fsync(folder->fd) != 0)
        return refuse_export("write", name, fault);
    if (take_name(folder, name) != 0)
        return errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR ? refuse_name(name, fault)
                                                                         : refuse_export("name", name, fault);
    close(folder->fd);
    folder->fd = -1;
    return fsync(folder->parent) == 0 ? ERR_OK : refuse_export("write", name, fault);
}
