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
#include "common/file_write.h"

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
    if (name && fstatat(folder->parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
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

int kit_folder_make(struct kit_folder *folder, const char *name, struct fault *fault)
{
    const int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

    if (fd < 0)
        (void)refuse_export("make", name, fault);
    return fd;
}

void kit_folder_clear(struct kit_folder *folder)
{
    empty_folder(folder->fd);
}

enum err kit_folder_close(int fd, const char *name, struct fault *fault)
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
    const int to = kit_folder_make(folder, name, fault);
    enum err e;

    if (to < 0)
        return fault->code;
    e = copy_bytes(from, to, name, fault);
    if (e == ERR_OK)
        return kit_folder_close(to, name, fault);
    close(to);
    return e;
}

enum err kit_folder_write(struct kit_folder *folder, struct bytes bytes, const char *name, struct fault *fault)
{
    const int to = kit_folder_make(folder, name, fault);
    enum err e;

    if (to < 0)
        return fault->code;
    e = file_write_fd(to, bytes.at, bytes.len);
    if (e == ERR_OK)
        return kit_folder_close(to, name, fault);
    close(to);
    return fault_set(fault, e, "cannot write %s: %s", name, err_name(e));
}

/* ---- an existing folder ---- */

static bool is_equal(int one, int other)
{
    char block[BLOCK], second[BLOCK];
    struct stat st;
    ssize_t got;
    off_t at = 0;

    if (one < 0 || other < 0 || fstat(other, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    for (; (got = pread(one, block, sizeof(block), at)) > 0; at += got)
        if (pread(other, second, (size_t)got, at) != got || memcmp(block, second, (size_t)got) != 0)
            return false;
    return got == 0 && st.st_size == at;
}

static bool has_file(const struct kit_folder *folder, int there, const char *name)
{
    const int one = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int other = openat(there, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const bool is_there = is_equal(one, other);

    if (one >= 0)
        close(one);
    if (other >= 0)
        close(other);
    return is_there;
}

bool kit_folder_is_there(const struct kit_folder *folder, const char *name)
{
    const int there = openat(folder->parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const int copy = there >= 0 ? openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *all = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    bool is_there = all != NULL;

    while (is_there && (entry = readdir(all)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            is_there = has_file(folder, there, entry->d_name);
    if (all)
        closedir(all);
    if (there >= 0)
        close(there);
    return is_there;
}

/* ---- the end ---- */

static enum err refuse_end(const char *name, struct fault *fault)
{
    return errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR ? refuse_name(name, fault)
                                                                     : refuse_export("name", name, fault);
}

enum err kit_folder_finish(struct kit_folder *folder, const char *name, struct fault *fault)
{
    if (fsync(folder->fd) != 0)
        return refuse_export("write", name, fault);
    if (file_rename_new(folder->parent, part, folder->parent, name) != 0)
        return refuse_end(name, fault);
    close(folder->fd);
    folder->fd = -1;
    return fsync(folder->parent) == 0 ? ERR_OK : refuse_export("write", name, fault);
}

enum err kit_folder_finish_file(struct kit_folder *folder, const char *file, const char *name, struct fault *fault)
{
    if (file_rename_new(folder->fd, file, folder->parent, name) != 0)
        return refuse_end(name, fault);
    return fsync(folder->parent) == 0 ? ERR_OK : refuse_export("write", name, fault);
}
