#include "common/beneath/way.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/beneath/trusted.h"

enum { HOPS_MOST = 40, DEPTH_MOST = 64, AGAIN_MOST = 16 };

/* ---- one call of the kernel ---- */

int way_open_resolved(int folder, const char *name, int flags, mode_t mode, uint64_t resolve)
{
    const struct open_how how = { .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                                  .mode = flags & O_CREAT ? mode : 0,
                                  .resolve = resolve | RESOLVE_NO_MAGICLINKS };
    int fd;

    for (int i = 0; i < AGAIN_MOST; i++) /* EAGAIN: another process renames there */
        if ((fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof(how))) >= 0 || errno != EAGAIN)
            return fd;
    return -1;
}

bool way_lacks_call(int number)
{
    return number == ENOSYS || number == EPERM || number == EAGAIN;
}

void way_close(int fd)
{
    const int number = errno;

    if (fd >= 0)
        (void)close(fd);
    errno = number;
}

/* ---- paths without links ---- */

bool way_real_path(int fd, char path[PATH_MAX])
{
    char own[64];
    ssize_t len;

    (void)snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
    len = readlink(own, path, PATH_MAX - 1);
    path[len > 0 ? len : 0] = '\0';
    return path[0] == '/';
}

static bool is_link(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);
}

/* Opens the folder of an absolute path part by part, and sets the last part. */
static int open_part_by_part(const char *path, char last[NAME_MAX + 1])
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    last[0] = '\0';
    for (const char *at = path + strspn(path, "/"); fd >= 0 && *at; at += strspn(at, "/")) {
        const size_t len = strcspn(at, "/");
        int next = fd;

        if (len > NAME_MAX || strncmp(at, "..", len) == 0)
            return way_close(fd), errno = ELOOP, -1;
        if (last[0])
            next = openat(fd, last, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next != fd)
            way_close(fd);
        fd = next;
        (void)snprintf(last, NAME_MAX + 1, "%.*s", (int)len, at);
        at += len;
    }
    return fd;
}

static int open_without_call(const char *path, int flags, mode_t mode)
{
    char last[NAME_MAX + 1];
    int folder = open_part_by_part(path, last), fd;

    if (folder < 0)
        return -1;
    fd = openat(folder, last[0] ? last : ".", flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode);
    way_close(folder);
    if (fd >= 0 && is_link(fd))
        return way_close(fd), errno = ELOOP, -1;
    return fd;
}

int way_open_real(const char *path, int flags, mode_t mode)
{
    int fd;

    if (path[0] != '/')
        return errno = EINVAL, -1;
    fd = way_open_resolved(AT_FDCWD, path, flags, mode, RESOLVE_NO_SYMLINKS);
    return fd >= 0 || !way_lacks_call(errno) ? fd : open_without_call(path, flags, mode);
}

int way_to_real(const char *path, struct way_end *end)
{
    const char *slash = strrchr(path, '/');
    char above[PATH_MAX];

    end->folder = -1;
    if (!slash || slash - path >= PATH_MAX || strlen(slash + 1) > NAME_MAX)
        return errno = ENAMETOOLONG, -1;
    (void)snprintf(above, sizeof(above), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    memcpy(end->name, slash + 1, strlen(slash + 1) + 1);
    end->folder = way_open_real(above, O_RDONLY | O_DIRECTORY, 0);
    return end->folder < 0 ? -1 : 0;
}

int way_remove_real(const char *path)
{
    struct way_end end;
    int result;

    if (way_to_real(path, &end) != 0)
        return -1;
    result = unlinkat(end.folder, end.name, 0);
    way_close(end.folder);
    return result;
}

/* ---- the way to a name, part by part ---- */

/* Follows a name on descriptors alone: ".." goes back to the descriptor of before. It knows the trusted links, and
 * replaces openat2 where that is missing. */
struct way_walk {
    int root;
    const struct buffer *links; /* the trusted ones */
    int folders[DEPTH_MOST];    /* from the folder, or from where a trusted link led, to the present one */
    size_t lengths[DEPTH_MOST];
    int depth;
    char name[PATH_MAX];     /* of the present folder, without links within */
    char rest[2 * PATH_MAX]; /* the part of the path that is not followed yet */
    size_t asked;            /* the bytes at the end of `rest` that no link has named */
    int hops;
    bool makes, wants_folder;
    struct way_end *end; /* unless it wants the folder */
};

static int present_folder(const struct way_walk *way)
{
    return way->folders[way->depth];
}

static void leave_folders(struct way_walk *way, int until)
{
    for (; way->depth >= until; way->depth--)
        way_close(way->folders[way->depth]);
}

/* Takes the next part from the rest. False: there is none, or it is too long (errno). */
static bool take_part(struct way_walk *way, char part[NAME_MAX + 1])
{
    const char *at = way->rest + strspn(way->rest, "/");
    const size_t len = strcspn(at, "/");

    errno = len > NAME_MAX ? ENAMETOOLONG : 0;
    if (len == 0 || len > NAME_MAX)
        return false;
    memcpy(part, at, len);
    part[len] = '\0';
    at += len;
    at += strspn(at, "/");
    memmove(way->rest, at, strlen(at) + 1);
    return true;
}

static int enter_folder(struct way_walk *way, const char *part, int fd)
{
    const size_t len = strlen(way->name);

    if (way->depth + 1 >= DEPTH_MOST || len + strlen(part) + 2 > sizeof(way->name))
        return way_close(fd), errno = ELOOP, -1;
    way->lengths[way->depth] = len;
    way->folders[++way->depth] = fd;
    (void)snprintf(way->name + len, sizeof(way->name) - len, len ? "/%s" : "%s", part);
    return 0;
}

static int go_up(struct way_walk *way)
{
    if (way->depth == 0)
        return errno = EXDEV, -1;
    leave_folders(way, way->depth);
    way->name[way->lengths[way->depth]] = '\0';
    return 0;
}

static int set_place(struct way_walk *way, const char *part)
{
    way->end->folder = openat(present_folder(way), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memcpy(way->end->name, part, strlen(part) + 1);
    return way->end->folder < 0 ? -1 : 1;
}

/* Goes on at the file to which a trusted link leads. */
static int place_trusted(struct way_walk *way, const char *real)
{
    if (way->wants_folder || way->rest[0])
        return errno = ENOTDIR, -1;
    return way_to_real(real, way->end) == 0 ? 1 : -1;
}

/* Goes on in the folder, or at the file, to which a trusted link leads. */
static int enter_trusted(struct way_walk *way, const char *name, const char *real)
{
    struct stat st;
    int fd = way_open_real(real, O_PATH, 0);

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
        way_close(fd);
        return place_trusted(way, real);
    }
    leave_folders(way, 0);
    way->depth = 0;
    way->folders[0] = fd;
    memcpy(way->name, name, strlen(name) + 1);
    return 0;
}

/* Puts the text of a link in front of the rest. */
static int follow_text(struct way_walk *way, const char *text)
{
    char rest[2 * PATH_MAX];
    const int len = snprintf(rest, sizeof(rest), way->rest[0] ? "%s/%s" : "%s", text, way->rest);

    if (text[0] == '/')
        return errno = EXDEV, -1;
    if (++way->hops > HOPS_MOST || len < 0 || len >= (int)sizeof(rest))
        return errno = ELOOP, -1;
    memcpy(way->rest, rest, (size_t)len + 1);
    return 0;
}

static int follow_link(struct way_walk *way, const char *part, int link)
{
    char text[PATH_MAX], name[PATH_MAX + NAME_MAX + 2];
    const ssize_t len = readlinkat(link, "", text, sizeof(text) - 1);
    const char *real;

    way_close(link);
    if (len < 0)
        return -1;
    text[len] = '\0';
    if (strlen(way->rest) < way->asked)
        way->asked = strlen(way->rest);
    (void)snprintf(name, sizeof(name), way->name[0] ? "%s/%s" : "%s%s", way->name, part);
    real = strlen(name) < PATH_MAX ? trusted_find(way->links, name, text) : NULL;
    return real ? enter_trusted(way, name, real) : follow_text(way, text);
}

/* The folders of a link's text are not made: its disk may be away. */
static int open_part(const struct way_walk *way, const char *part)
{
    const bool is_asked = strlen(way->rest) + strlen(part) <= way->asked;
    int fd = openat(present_folder(way), part, O_PATH | O_NOFOLLOW | O_CLOEXEC), above;

    if (fd >= 0 || errno != ENOENT || !way->makes || !is_asked || (!way->rest[0] && !way->wants_folder))
        return fd;
    if (mkdirat(present_folder(way), part, 0755) != 0 && errno != EEXIST)
        return -1;
    above = openat(present_folder(way), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0 || fsync(above) != 0)
        return way_close(above), -1;
    way_close(above);
    return openat(present_folder(way), part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Follows the next part. 0: go on; 1: the place is set; -1: errno. */
static int go_part(struct way_walk *way, const char *part)
{
    const bool is_last = !way->rest[0] && !way->wants_folder;
    struct stat st;
    int fd;

    if (strcmp(part, ".") == 0)
        return 0;
    if (strcmp(part, "..") == 0)
        return go_up(way);
    fd = open_part(way, part);
    if (fd < 0)
        return is_last && errno == ENOENT ? set_place(way, part) : -1;
    if (fstat(fd, &st) != 0)
        return way_close(fd), -1;
    if (S_ISLNK(st.st_mode))
        return follow_link(way, part, fd);
    if (is_last || !S_ISDIR(st.st_mode)) {
        way_close(fd);
        return is_last ? set_place(way, part) : (errno = ENOTDIR, -1);
    }
    return enter_folder(way, part, fd);
}

/* Returns the folder's descriptor, or 0 with the place; -1: errno. */
static int follow_way(struct way_walk *way, const char *name)
{
    char part[NAME_MAX + 1];
    int done = 0, fd = -1;

    way->folders[0] = openat(way->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (way->folders[0] < 0)
        return -1;
    way->asked = strlen(name);
    if (way->asked >= sizeof(way->rest))
        return leave_folders(way, 0), errno = ENAMETOOLONG, -1;
    memcpy(way->rest, name, way->asked + 1);
    while (done == 0 && take_part(way, part))
        done = go_part(way, part);
    if (done == 0 && errno == 0 && way->wants_folder)
        fd = openat(present_folder(way), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    else if (done == 0 && errno == 0)
        errno = EISDIR;
    leave_folders(way, 0);
    return done == 1 ? 0 : fd;
}

int way_to_folder(int root, const struct buffer *links, const char *name, bool makes)
{
    struct way_walk way = { .root = root, .links = links, .makes = makes, .wants_folder = true };

    return follow_way(&way, name);
}

int way_to_file(int root, const struct buffer *links, const char *name, struct way_end *end)
{
    struct way_walk way = { .root = root, .links = links, .end = end };

    return follow_way(&way, name);
}
