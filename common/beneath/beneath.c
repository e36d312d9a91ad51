#include "common/beneath/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/beneath/trusted.h"
#include "common/beneath/way.h"
#include "common/file.h"

/* ---- places ---- */

/* Returns the folder's descriptor; -1: errno. */
static int open_inner(struct beneath *b, const char *name, bool makes)
{
    int fd = way_open_resolved(b->folder, name[0] ? name : ".", O_RDONLY | O_DIRECTORY, 0, RESOLVE_BENEATH);

    if (fd >= 0 || (!way_lacks_call(errno) && errno != EXDEV && errno != ELOOP && !(makes && errno == ENOENT)))
        return fd;
    return way_to_folder(b->folder, &b->links, name, makes);
}

/* Splits a name at its last slash. False: errno. */
static bool split_name(const char *name, char folder[PATH_MAX], char last[NAME_MAX + 1])
{
    const char *slash = strrchr(name, '/'), *at = slash ? slash + 1 : name;
    const size_t len = strlen(at), above = slash ? (size_t)(slash - name) : 0;

    errno = len > NAME_MAX || above >= PATH_MAX ? ENAMETOOLONG : EINVAL;
    if (len == 0 || len > NAME_MAX || above >= PATH_MAX || strcmp(at, ".") == 0 || strcmp(at, "..") == 0)
        return false;
    memcpy(folder, name, above);
    folder[above] = '\0';
    memcpy(last, at, len + 1);
    return true;
}

static bool is_link_at(const struct beneath_place *place)
{
    struct stat st;

    return fstatat(place->folder, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/* The place of the name itself: a link in the place of the file is not followed. */
static int find_unfollowed(struct beneath *b, const char *name, bool makes, struct beneath_place *to)
{
    char folder[PATH_MAX];

    *to = (struct beneath_place){ .folder = -1 };
    if (!split_name(name, folder, to->name))
        return -1;
    to->folder = open_inner(b, folder, makes);
    return to->folder < 0 ? -1 : 0;
}

static int find_followed(struct beneath *b, const char *name, bool makes, struct beneath_place *to)
{
    struct way_end real;

    if (find_unfollowed(b, name, makes, to) != 0)
        return -1;
    if (!is_link_at(to))
        return 0;
    if (way_to_file(b->folder, &b->links, name, &real) == 0) {
        way_close(to->folder);
        to->folder = real.folder;
        memcpy(to->name, real.name, sizeof(to->name));
        return 0;
    }
    to->is_out = errno == EXDEV;
    if (to->is_out)
        return 0;
    way_close(to->folder);
    to->folder = -1;
    return -1;
}

/* ---- the functions of the header ---- */

static enum err refuse_name(const struct beneath *b, const char *doing, const char *name, struct fault *fault)
{
    char path[PATH_MAX];

    if (errno != EXDEV) {
        (void)snprintf(path, sizeof(path), "%.2000s/%.2000s", b->path, name);
        return file_refuse(fault, doing, path);
    }
    fault_set(fault, ERR_DENIED, "cannot %s %.80s: a link leads out of the folder %.150s", doing, name, b->path);
    return fault_hint(fault, "put a real file or folder in the place of the link; or, if you made the link: "
                             "`loophole project open FOLDER --trust-links`");
}

enum err beneath_open(struct beneath *b, const char *folder, const char *data, struct fault *fault)
{
    *b = (struct beneath){ .folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK) };
    if (b->folder < 0 || !way_real_path(b->folder, b->path))
        return file_refuse(fault, "open the folder", folder);
    return data ? trusted_read(data, b->path, &b->links, fault) : ERR_OK;
}

void beneath_close(struct beneath *b)
{
    way_close(b->folder);
    b->folder = -1;
    buffer_free(&b->links);
}

enum err beneath_find(struct beneath *b, const char *name, bool makes, struct beneath_place *to, struct fault *fault)
{
    return find_followed(b, name, makes, to) == 0 ? ERR_OK : refuse_name(b, "find", name, fault);
}

int beneath_open_file(struct beneath *b, const char *name, int flags, mode_t mode, struct fault *fault)
{
    struct beneath_place place;
    struct stat st;
    int fd;

    if (find_followed(b, name, false, &place) != 0)
        return refuse_name(b, "open", name, fault), -1;
    errno = EXDEV;
    fd = place.is_out ? -1
                      : openat(place.folder, place.name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
    way_close(place.folder);
    if (fd < 0)
        return refuse_name(b, "open", name, fault), -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    fault_set(fault, ERR_BAD_REQUEST, "%.2000s is not a regular file", name);
    return way_close(fd), -1;
}

int beneath_open_folder(struct beneath *b, const char *name, bool makes, struct fault *fault)
{
    const int fd = open_inner(b, name, makes);

    if (fd < 0)
        refuse_name(b, "open the folder", name, fault);
    return fd;
}

enum err beneath_find_folder(struct beneath *b, const char *name, bool makes, char path[PATH_MAX], struct fault *fault)
{
    const int fd = beneath_open_folder(b, name, makes, fault);
    enum err e = ERR_OK;

    if (fd < 0)
        return fault->code;
    if (!way_real_path(fd, path))
        e = refuse_name(b, "find the folder", name, fault);
    way_close(fd);
    return e;
}

DIR *beneath_list(struct beneath *b, const char *name)
{
    const int fd = open_inner(b, name, false);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;

    if (!directory)
        way_close(fd);
    return directory;
}

enum err beneath_read(struct beneath *b, const char *name, size_t limit, struct buffer *to, struct fault *fault)
{
    const int fd = beneath_open_file(b, name, O_RDONLY, 0, fault);
    enum err e;

    if (fd < 0)
        return fault->code;
    e = file_read_fd(fd, limit, name, to, fault);
    way_close(fd);
    return e;
}

typedef enum err replace_fn(int folder, const char *name, struct bytes bytes, mode_t mode, struct fault *fault);

static enum err write_by(replace_fn *replace, struct beneath *b, const char *name, struct bytes bytes, mode_t mode,
                         struct fault *fault)
{
    struct beneath_place place;
    struct stat st;
    enum err e;

    if (find_followed(b, name, true, &place) != 0)
        return refuse_name(b, "write", name, fault);
    if (fstatat(place.folder, place.name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
        mode = st.st_mode & 07777;
    e = replace(place.folder, place.name, bytes, mode, fault);
    way_close(place.folder);
    return e;
}

enum err beneath_write(struct beneath *b, const char *name, struct bytes bytes, mode_t mode, struct fault *fault)
{
    return write_by(file_replace_at, b, name, bytes, mode, fault);
}

enum err beneath_write_part(struct beneath *b, const char *name, struct bytes bytes, mode_t mode, struct fault *fault)
{
    return write_by(file_replace_part, b, name, bytes, mode, fault);
}

enum err beneath_remove(struct beneath *b, const char *name, struct fault *fault)
{
    struct beneath_place place;
    enum err e = ERR_OK;

    if (find_unfollowed(b, name, false, &place) != 0)
        return errno == ENOENT ? ERR_OK : refuse_name(b, "remove", name, fault);
    if ((unlinkat(place.folder, place.name, 0) != 0 && errno != ENOENT) || fsync(place.folder) != 0)
        e = refuse_name(b, "remove", name, fault);
    way_close(place.folder);
    return e;
}

/* ---- a path that a person named ---- */

static bool begins_with(int folder, const char *name, struct bytes kind)
{
    uint8_t there[16];
    const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const bool same = fd >= 0 && kind.len <= sizeof(there) && read(fd, there, kind.len) == (ssize_t)kind.len &&
                      memcmp(there, kind.at, kind.len) == 0;

    way_close(fd);
    return same;
}

static bool may_replace(int folder, const char *name, struct bytes kind)
{
    struct stat st;

    if (kind.len == 0 || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    return S_ISREG(st.st_mode) && (st.st_size == 0 || begins_with(folder, name, kind));
}

enum err beneath_write_named(const char *path, struct bytes bytes, struct bytes kind, mode_t mode, struct fault *fault)
{
    char above[PATH_MAX], name[NAME_MAX + 1];
    enum err e;
    int folder;

    if (!split_name(path, above, name))
        return file_refuse(fault, "write", path);
    folder = open(above[0] ? above : path[0] == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return file_refuse(fault, "write", path);
    if (may_replace(folder, name, kind))
        e = file_replace_at(folder, name, bytes, mode, fault);
    else {
        e = fault_set(fault, ERR_EXISTS, "%s exists already, and is not an earlier file of this kind", path);
        fault_hint(fault, "give another name, or remove it first");
    }
    way_close(folder);
    return e;
}
