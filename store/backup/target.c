#include "store/backup/target.h"

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
#include "store/backup/trailer.h"
#include "store/files.h"

enum { LOCK_TRIES = 100 };
static const char drawn[] = "XXXXXX";

static bool lies_in(const char *directory, const char *top)
{
    char above[PATH_MAX];
    size_t len;

    if (!realpath(top, above))
        return false;
    len = strlen(above);
    return strncmp(directory, above, len) == 0 && (directory[len] == '/' || directory[len] == '\0');
}

/* True for a file in the engine's folders for data, settings, cache and sockets, except an earlier backup. */
static bool is_of_engine(const struct target *t)
{
    const struct paths *p = t->paths;
    char directory[PATH_MAX];

    return realpath(t->directory, directory) &&
           (lies_in(directory, p->data) || lies_in(directory, p->config) || lies_in(directory, p->cache) ||
            lies_in(directory, p->run)) &&
           !trailer_is_there(t->file);
}

static enum err check_target_file(const struct target *t, struct fault *fault)
{
    struct stat st;

    if (lstat(t->file, &st) != 0)
        return errno == ENOENT ? ERR_OK : file_refuse(fault, "look at", t->file);
    if (!S_ISREG(st.st_mode))
        return fault_set(fault, ERR_BAD_REQUEST, "%s is not a regular file: a backup does not replace it", t->file);
    if (t->replace && is_of_engine(t))
        return fault_set(fault, ERR_BAD_REQUEST, "%s is a file of the engine: a backup does not replace it", t->file);
    if (t->replace)
        return ERR_OK;
    fault_set(fault, ERR_EXISTS, "%s exists already", t->file);
    return fault_hint(fault, "--force replaces it");
}

static enum err name_all(struct target *t, struct fault *fault)
{
    const char *slash = strrchr(t->file, '/'), *name = slash ? slash + 1 : t->file;
    size_t len = slash ? (size_t)(slash - t->file) + 1 : 0;

    if (!*name)
        return fault_set(fault, ERR_BAD_REQUEST, "%s is not the name of a file", t->file);
    if (strlen(t->file) >= PATH_MAX - 32)
        return fault_set(fault, ERR_TOO_LARGE, "the path of the backup is too long");
    snprintf(t->directory, sizeof(t->directory), "%.*s", (int)len, t->file);
    snprintf(t->lock_path, sizeof(t->lock_path), "%.*s.%s.loophole-lock", (int)len, t->file, name);
    if (!slash)
        snprintf(t->directory, sizeof(t->directory), ".");
    return ERR_OK;
}

/* ---- the lock ---- */

static bool is_still_there(const struct target *t)
{
    struct stat mine, there;

    return fstat(t->lock, &mine) == 0 && lstat(t->lock_path, &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

static enum err say_busy(const struct target *t, struct fault *fault)
{
    fault_set(fault, ERR_BUSY, "another backup to %s is running", t->file);
    return fault_hint(fault, "wait until it has ended");
}

/* The holder removes the lock file when it is done, and a lock on a removed file protects nothing. */
static enum err lock_target(struct target *t, struct fault *fault)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        t->lock = open(t->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
        if (t->lock < 0)
            return file_refuse(fault, "make", t->lock_path);
        int rc = flock(t->lock, LOCK_EX | LOCK_NB);
        if ((rc == 0 || errno != EWOULDBLOCK) && is_still_there(t))
            return ERR_OK;
        bool is_taken = rc != 0 && errno == EWOULDBLOCK;
        close(t->lock);
        t->lock = -1;
        if (is_taken)
            return say_busy(t, fault);
    }
    return say_busy(t, fault);
}

/* ---- the data's file ---- */

static bool is_left_over(const char *name, const char *beginning)
{
    size_t len = strlen(beginning);

    return strncmp(name, beginning, len) == 0 && strlen(name) == len + sizeof(drawn) - 1;
}

/* We have the lock, so no other process writes to these files. */
static void drop_left_over(const struct target *t)
{
    char beginning[PATH_MAX];
    const char *slash = strrchr(t->lock_path, '/');
    DIR *dir = opendir(t->directory);

    text_copy(beginning, sizeof(beginning), text_of(slash ? slash + 1 : t->lock_path));
    beginning[strlen(beginning) - strlen("lock")] = '\0';
    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir))
        if (is_left_over(d->d_name, beginning))
            unlinkat(dirfd(dir), d->d_name, 0);
    if (dir)
        closedir(dir);
}

static enum err make_data(struct target *t, struct fault *fault)
{
    size_t len = strlen(t->lock_path) - strlen("lock");

    snprintf(t->temporary, sizeof(t->temporary), "%.*s%s", (int)len, t->lock_path, drawn);
    t->fd = mkostemp(t->temporary, O_CLOEXEC);
    if (t->fd >= 0)
        return ERR_OK;
    t->temporary[0] = '\0';
    return file_refuse(fault, "make", t->file);
}

enum err target_open(struct target *t, const struct paths *paths, const char *file, bool replace, struct fault *fault)
{
    enum err e;

    *t = (struct target){ .paths = paths, .file = file, .replace = replace, .lock = -1, .fd = -1 };
    e = name_all(t, fault);
    if (e == ERR_OK)
        e = check_target_file(t, fault);
    if (e == ERR_OK)
        e = lock_target(t, fault);
    if (e == ERR_OK) {
        drop_left_over(t);
        e = make_data(t, fault);
    }
    if (e != ERR_OK)
        target_close(t);
    return e;
}

/* Without `replace`, a file that was created meanwhile is kept. Not every file system can do that in one call. */
static enum err put_in_place(const struct target *t, struct fault *fault)
{
    enum err e = check_target_file(t, fault);

    if (e != ERR_OK)
        return e;
    if (!t->replace && renameat2(AT_FDCWD, t->temporary, AT_FDCWD, t->file, RENAME_NOREPLACE) == 0)
        return ERR_OK;
    if (!t->replace && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
        return file_refuse(fault, "make", t->file);
    return rename(t->temporary, t->file) == 0 ? ERR_OK : file_refuse(fault, "make", t->file);
}

enum err target_finish(struct target *t, struct fault *fault)
{
    enum err e = fsync(t->fd) == 0 ? put_in_place(t, fault) : file_refuse(fault, "sync", t->file);

    if (e != ERR_OK)
        return e;
    t->temporary[0] = '\0';
    return files_sync(t->directory, fault);
}

void target_close(struct target *t)
{
    if (t->temporary[0])
        unlink(t->temporary);
    if (t->fd >= 0)
        close(t->fd);
    if (t->lock >= 0) {
        unlink(t->lock_path);
        close(t->lock);
    }
    t->fd = t->lock = -1;
    t->temporary[0] = '\0';
}
