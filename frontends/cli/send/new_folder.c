#include "frontends/cli/send/new_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/file_write.h"

enum { BLOCK = 1 << 16 };

static enum err refuse_tree(const char *doing, const char *name, struct fault *fault)
{
    return fault_errno(fault, file_err(errno), errno, "cannot %s %s", doing, name);
}

static enum err refuse_existing(const char *name, struct fault *fault)
{
    fault_set(fault, ERR_EXISTS, "there is a file or folder %s already", name);
    return fault_hint(fault, "nothing is replaced: choose another folder or another name"), ERR_EXISTS;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- removing and syncing ---- */

/* Opens a folder in a folder, without following a link. */
static int open_inner(int folder, const char *name)
{
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Calls `each` for the entries of an open folder. */
static void each_entry(int folder, void (*each)(int folder, const char *name, int depth), int depth)
{
    const int copy = open_inner(folder, ".");
    DIR *all = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;

    while (all && (entry = readdir(all)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            each(folder, entry->d_name, depth);
    if (all)
        closedir(all);
}

static void remove_entry(int folder, const char *name, int depth)
{
    int inner;

    if (unlinkat(folder, name, 0) == 0 || depth > 2 * NEW_FOLDER_DEPTH)
        return;
    inner = open_inner(folder, name);
    if (inner < 0)
        return;
    each_entry(inner, remove_entry, depth + 1);
    close(inner);
    (void)unlinkat(folder, name, AT_REMOVEDIR);
}

/* The folders of a tree; the last fsync reports a failure for all of them. */
static void sync_entry(int folder, const char *name, int depth)
{
    const int inner = depth <= NEW_FOLDER_DEPTH ? open_inner(folder, name) : -1;

    if (inner < 0)
        return;
    each_entry(inner, sync_entry, depth + 1);
    (void)fsync(inner);
    close(inner);
}

/* ---- the temporary folder ---- */

/* The folder that was locked still has the name: no other command has finished with it. */
static bool has_part_name(const struct new_folder *tree)
{
    struct stat opened, named;

    return fstat(tree->fd, &opened) == 0 && fstatat(tree->parent, tree->part, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Other users cannot write into the folder. */
static bool is_own(int folder)
{
    struct stat st;

    return fstat(folder, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static enum err lock_temporary(struct new_folder *tree, bool is_made, struct fault *fault)
{
    const bool is_locked = flock(tree->fd, LOCK_EX | LOCK_NB) == 0;
    enum err e;

    if (is_locked && has_part_name(tree)) {
        each_entry(tree->fd, remove_entry, 0);
        return ERR_OK;
    }
    if (is_locked || errno == EWOULDBLOCK)
        e = fault_set(fault, ERR_BUSY, "another command is writing to that folder");
    else
        e = refuse_tree("lock", tree->part, fault);
    if (is_made && e != ERR_BUSY)
        (void)unlinkat(tree->parent, tree->part, AT_REMOVEDIR);
    close_fd(&tree->fd);
    return e;
}

static enum err open_temporary(struct new_folder *tree, struct fault *fault)
{
    const bool is_made = mkdirat(tree->parent, tree->part, 0755) == 0;

    if (!is_made && errno != EEXIST)
        return refuse_tree("make a folder like", tree->part, fault);
    tree->fd = open_inner(tree->parent, tree->part);
    if (tree->fd < 0) {
        (void)refuse_tree("open", tree->part, fault);
        if (is_made)
            (void)unlinkat(tree->parent, tree->part, AT_REMOVEDIR);
        return fault->code;
    }
    if (!is_made && !is_own(tree->fd)) {
        close_fd(&tree->fd);
        fault_set(fault, ERR_DENIED, "the folder %s is open to other users", tree->part);
        return fault_hint(fault, "remove it, or choose another place"), ERR_DENIED;
    }
    return lock_temporary(tree, is_made, fault);
}

static bool is_taken(const struct new_folder *tree)
{
    struct stat st;

    return fstatat(tree->parent, tree->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           unlinkat(tree->parent, tree->name, AT_REMOVEDIR) != 0;
}

static enum err open_parent(struct new_folder *tree, const char *part, const char *parent, struct fault *fault)
{
    const enum err e = file_make_dirs(parent, 0755, fault);

    tree->part = part;
    if (e != ERR_OK)
        return e;
    tree->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return tree->parent < 0 ? refuse_tree("open", parent, fault) : ERR_OK;
}

enum err new_folder_begin_in(struct new_folder *tree, const char *part, const char *parent, const char *name,
                             struct fault *fault)
{
    struct stat st;
    enum err e;

    *tree = (struct new_folder){ .parent = -1, .fd = -1 };
    e = open_parent(tree, part, parent, fault);
    if (e == ERR_OK && name && fstatat(tree->parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        e = refuse_existing(name, fault);
    return e == ERR_OK ? open_temporary(tree, fault) : e;
}

enum err new_folder_begin(struct new_folder *tree, const char *part, const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];
    enum err e;

    *tree = (struct new_folder){ .parent = -1, .fd = -1 };
    if (!slash || !text_copy(tree->name, sizeof(tree->name), text_of(slash + 1)) || !slash[1] ||
        !text_copy(parent, sizeof(parent), (struct text){ (uint32_t)(slash - path) + (slash == path), path }))
        return fault_set(fault, ERR_BAD_REQUEST, "%.150s is no name for a folder", path);
    e = open_parent(tree, part, parent, fault);
    if (e != ERR_OK)
        return e;
    return is_taken(tree) ? refuse_existing(tree->name, fault) : open_temporary(tree, fault);
}

void new_folder_clear(struct new_folder *tree)
{
    each_entry(tree->fd, remove_entry, 0);
}

void new_folder_end(struct new_folder *tree)
{
    if (tree->fd >= 0) {
        each_entry(tree->fd, remove_entry, 0);
        (void)unlinkat(tree->parent, tree->part, AT_REMOVEDIR);
    }
    close_fd(&tree->fd);
    close_fd(&tree->parent);
}

/* ---- files ---- */

/* Sets `to` to the part of a path as the name of an entry. False: errno is set. */
static bool take_part(struct text part, char to[NAME_MAX + 1])
{
    if (part.len == 0 || text_is(part, ".") || text_is(part, ".."))
        return errno = EINVAL, false;
    return text_copy(to, NAME_MAX + 1, part) || (errno = ENAMETOOLONG, false);
}

/* Opens the folder of a file, and sets its name. The caller closes it. -1: errno is set. */
static int walk_to(const struct new_folder *tree, const char *path, bool makes, const char **name)
{
    int at = open_inner(tree->fd, ".");
    struct text rest = text_of(path), part;
    char inner[NAME_MAX + 1];

    while (at >= 0 && memchr(rest.at, '/', rest.len)) {
        int next;
        part = text_cut(&rest, '/');
        if (!take_part(part, inner))
            return close_fd(&at), -1;
        if (makes && mkdirat(at, inner, 0755) != 0 && errno != EEXIST)
            return close_fd(&at), -1;
        next = open_inner(at, inner);
        close(at);
        at = next;
    }
    *name = rest.at;
    if (at >= 0 && !take_part(rest, inner))
        close_fd(&at);
    return at;
}

int new_folder_make(const struct new_folder *tree, const char *path, struct fault *fault)
{
    const char *name;
    int folder = walk_to(tree, path, true, &name);
    const int fd = folder >= 0 ? openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;

    if (fd < 0)
        (void)refuse_tree("make", path, fault);
    close_fd(&folder);
    return fd;
}

enum err new_folder_close(int fd, const char *path, struct fault *fault)
{
    const enum err e = fsync(fd) == 0 ? ERR_OK : refuse_tree("write", path, fault);

    close(fd);
    return e;
}

enum err new_folder_write(const struct new_folder *tree, const char *path, struct bytes bytes, struct fault *fault)
{
    const int fd = new_folder_make(tree, path, fault);
    enum err e;

    if (fd < 0)
        return fault->code;
    e = file_write_fd(fd, bytes.at, bytes.len);
    if (e == ERR_OK)
        return new_folder_close(fd, path, fault);
    close(fd);
    return fault_set(fault, e, "cannot write %s: %s", path, err_name(e));
}

int new_folder_open(const struct new_folder *tree, const char *path, struct fault *fault)
{
    const char *name;
    int folder = walk_to(tree, path, false, &name);
    const int fd = folder >= 0 ? openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

    if (fd < 0)
        (void)refuse_tree("open", path, fault);
    close_fd(&folder);
    return fd;
}

static enum err copy_blocks(int from, int to, const char *path, struct fault *fault)
{
    char block[BLOCK];
    off_t at = 0;
    ssize_t got;

    while ((got = pread(from, block, sizeof(block), at)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse_tree("read", path, fault);
        const enum err e = file_write_fd(to, block, (size_t)got);
        if (e != ERR_OK)
            return fault_set(fault, e, "cannot write %s: %s", path, err_name(e));
        at += got;
    }
    return ERR_OK;
}

enum err new_folder_copy(const struct new_folder *tree, int from, const char *path, struct fault *fault)
{
    const int to = new_folder_make(tree, path, fault);
    enum err e;

    if (to < 0)
        return fault->code;
    e = copy_blocks(from, to, path, fault);
    if (e == ERR_OK)
        return new_folder_close(to, path, fault);
    close(to);
    return e;
}

static enum err copy_file(const struct new_folder *tree, const char *from, const char *path, struct fault *fault)
{
    const int old = new_folder_open(tree, from, fault);
    const enum err e = old >= 0 ? new_folder_copy(tree, old, path, fault) : fault->code;

    if (old >= 0)
        close(old);
    return e;
}

enum err new_folder_link(const struct new_folder *tree, const char *from, const char *to, struct fault *fault)
{
    const char *old_name, *name;
    int old = walk_to(tree, from, false, &old_name), folder = walk_to(tree, to, true, &name);
    const bool is_linked = old >= 0 && folder >= 0 && linkat(old, old_name, folder, name, 0) == 0;

    close_fd(&old);
    close_fd(&folder);
    return is_linked ? ERR_OK : copy_file(tree, from, to, fault);
}

/* ---- the end ---- */

static enum err refuse_end(const char *name, struct fault *fault)
{
    return errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR ? refuse_existing(name, fault)
                                                                     : refuse_tree("name", name, fault);
}

enum err new_folder_finish_as(struct new_folder *tree, const char *name, struct fault *fault)
{
    each_entry(tree->fd, sync_entry, 0);
    if (fsync(tree->fd) != 0)
        return refuse_tree("write", name, fault);
    if (file_rename_new(tree->parent, tree->part, tree->parent, name) != 0)
        return refuse_end(name, fault);
    close_fd(&tree->fd);
    return fsync(tree->parent) == 0 ? ERR_OK : refuse_tree("write", name, fault);
}

enum err new_folder_finish(struct new_folder *tree, struct fault *fault)
{
    return new_folder_finish_as(tree, tree->name, fault);
}

enum err new_folder_finish_file(struct new_folder *tree, const char *file, const char *name, struct fault *fault)
{
    if (file_rename_new(tree->fd, file, tree->parent, name) != 0)
        return refuse_end(name, fault);
    return fsync(tree->parent) == 0 ? ERR_OK : refuse_tree("write", name, fault);
}

void new_folder_undo(struct new_folder *tree)
{
    remove_entry(tree->parent, tree->name, 0);
}
