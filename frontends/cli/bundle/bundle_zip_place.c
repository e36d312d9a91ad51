#include "frontends/cli/bundle/bundle_zip_place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/file_write.h"

static enum err refuse_existing(const char *name, struct fault *fault)
{
    fault_set(fault, ERR_EXISTS, "there is a file or folder %.150s already", name);
    return fault_hint(fault, "name another file after --zip: nothing is replaced"), ERR_EXISTS;
}

enum err bundle_zip_place_open(struct bundle_zip_place *place, const char *path, struct fault *fault)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat st;

    *place = (struct bundle_zip_place){ .folder = -1, .fd = -1 };
    if (!slash || !text_copy(place->name, sizeof(place->name), text_of(slash + 1)) || !slash[1] ||
        !text_copy(folder, sizeof(folder), (struct text){ (uint32_t)(slash - path) + (slash == path), path }))
        return fault_set(fault, ERR_BAD_REQUEST, "%.150s is no name for an archive", path);
    place->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->folder < 0)
        return file_refuse(fault, "open", folder);
    return fstatat(place->folder, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? refuse_existing(path, fault) : ERR_OK;
}

/* ---- the temporary file ---- */

static enum err refuse_busy(const struct bundle_zip_place *place, struct fault *fault)
{
    return fault_set(fault, ERR_BUSY, "another command is writing an archive beside %s", place->name);
}

static enum err refuse_lock(const struct bundle_zip_place *place, struct fault *fault)
{
    return errno == EWOULDBLOCK ? refuse_busy(place, fault) : file_refuse(fault, "lock", BUNDLE_ZIP_PART);
}

/* A killed command left this file if no process holds its lock. */
static enum err remove_left(const struct bundle_zip_place *place, struct fault *fault)
{
    const int left = openat(place->folder, BUNDLE_ZIP_PART, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    enum err e = ERR_OK;

    if (left < 0)
        return errno == ENOENT ? ERR_OK : file_refuse(fault, "open", BUNDLE_ZIP_PART);
    if (flock(left, LOCK_EX | LOCK_NB) != 0)
        e = refuse_lock(place, fault);
    else if (unlinkat(place->folder, BUNDLE_ZIP_PART, 0) != 0 && errno != ENOENT)
        e = file_refuse(fault, "remove", BUNDLE_ZIP_PART);
    close(left);
    return e;
}

/* Another command may have removed it before it was locked. */
static bool has_part_name(const struct bundle_zip_place *place)
{
    struct stat opened, named;

    return fstat(place->fd, &opened) == 0 &&
           fstatat(place->folder, BUNDLE_ZIP_PART, &named, AT_SYMLINK_NOFOLLOW) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/* The temporary file that was made. A lock that another command has means that it removes the file. */
static enum err lock_made(struct bundle_zip_place *place, struct fault *fault)
{
    enum err e;

    if (flock(place->fd, LOCK_EX | LOCK_NB) != 0)
        e = refuse_lock(place, fault);
    else if (!has_part_name(place))
        e = refuse_busy(place, fault);
    else if (fchmod(place->fd, 0644) == 0)
        return ERR_OK;
    else
        e = file_refuse(fault, "write", place->name);
    if (e != ERR_BUSY)
        (void)unlinkat(place->folder, BUNDLE_ZIP_PART, 0);
    close(place->fd);
    place->fd = -1;
    return e;
}

enum err bundle_zip_place_begin(struct bundle_zip_place *place, struct fault *fault)
{
    enum err e = remove_left(place, fault);

    if (e != ERR_OK)
        return e;
    place->fd = openat(place->folder, BUNDLE_ZIP_PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (place->fd < 0)
        return errno == EEXIST ? refuse_busy(place, fault) : file_refuse(fault, "make a file beside", place->name);
    return lock_made(place, fault);
}

int bundle_zip_place_read(const struct bundle_zip_place *place, struct fault *fault)
{
    const int fd = openat(place->folder, BUNDLE_ZIP_PART, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        (void)file_refuse(fault, "open", BUNDLE_ZIP_PART);
    return fd;
}

/* ---- the end ---- */

enum err bundle_zip_place_finish(struct bundle_zip_place *place, struct fault *fault)
{
    if (file_rename_new(place->folder, BUNDLE_ZIP_PART, place->folder, place->name) != 0)
        return errno == EEXIST ? refuse_existing(place->name, fault) : file_refuse(fault, "name", place->name);
    close(place->fd);
    place->fd = -1;
    return fsync(place->folder) == 0 ? ERR_OK : file_refuse(fault, "write", place->name);
}

void bundle_zip_place_end(struct bundle_zip_place *place)
{
    if (place->fd >= 0) {
        (void)unlinkat(place->folder, BUNDLE_ZIP_PART, 0);
        close(place->fd);
    }
    if (place->folder >= 0)
        close(place->folder);
    place->folder = place->fd = -1;
}
