#include "common/beneath/door.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/way.h"
#include "common/file.h"
#include "common/sound_head.h"

struct door {
    bool is_known;
    uint64_t size;
    usec_t mtime;
    size_t len;  /* of the text */
    char text[]; /* the path and the leads, each with a zero byte */
};

/* ---- making it ---- */

static char *put_text(char *at, struct bytes text)
{
    memcpy(at, text.at, text.len);
    at[text.len] = '\0';
    return at + text.len + 1;
}

struct door *door_new(const struct door_plan *plan)
{
    size_t len = plan->path.len + 1;
    struct door *door;
    char *at;

    for (uint32_t i = 0; i < plan->lead_count; i++)
        len += plan->leads[i].len + 1;
    door = alloc_zeroed(1, sizeof(*door) + len);
    door->is_known = plan->is_known;
    door->size = plan->size;
    door->mtime = plan->mtime;
    door->len = len;
    at = put_text(door->text, plan->path);
    for (uint32_t i = 0; i < plan->lead_count; i++)
        at = put_text(at, plan->leads[i]);
    return door;
}

struct door *door_to(const char *path)
{
    const struct bytes root = bytes_of("/", 1);

    return door_new(&(struct door_plan){ .path = bytes_of(path, strlen(path)), .leads = &root, .lead_count = 1 });
}

void door_free(struct door *door)
{
    free(door);
}

const char *door_path(const struct door *door)
{
    return door->text;
}

/* ---- opening ---- */

static bool may_lie_at(const struct door *door, const char *real)
{
    const char *end = door->text + door->len;

    for (const char *lead = door->text + strlen(door->text) + 1; lead < end; lead += strlen(lead) + 1)
        if (bytes_path_contains(bytes_of(lead, strlen(lead)), bytes_of(real, strlen(real))))
            return true;
    return false;
}

static int refuse_link(const struct door *door, struct fault *fault)
{
    fault_set(fault, ERR_DENIED, "a link in its path leads out of its library: %.150s", door->text);
    fault_hint(fault, "if you made the link, add the folder that it leads to with `loophole library add`, or add the "
                      "library again with --follow-links");
    return -1;
}

/* Memory without a name that was made for this: the only link of the kernel that is followed. Its descriptor, or -1. */
static int find_memory(const struct door *door)
{
    char real[PATH_MAX];
    int pid, number, end = 0, fd;

    if (sscanf(door->text, "/proc/%d/fd/%d%n", &pid, &number, &end) != 2 || door->text[end])
        return -1;
    fd = open(door->text, O_PATH | O_CLOEXEC);
    if (fd >= 0 && (!way_real_path(fd, real) || strcmp(real, "/memfd:" DOOR_MEMORY " (deleted)") != 0))
        return way_close(fd), -1;
    return fd;
}

/* Follows the links without opening the file. Other links of the kernel lead anywhere and are not followed. */
static int follow_links(const struct door *door, struct fault *fault)
{
    int fd = find_memory(door);
    char real[PATH_MAX];

    if (fd >= 0)
        return fd;
    fd = way_open_resolved(AT_FDCWD, door->text, O_PATH, 0, 0);
    if (fd < 0 && way_lacks_call(errno))
        fd = open(door->text, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open it"), -1;
    if (way_real_path(fd, real) && may_lie_at(door, real))
        return fd;
    way_close(fd);
    return refuse_link(door, fault);
}

/* A descriptor that names the file. Nothing is opened yet, so a device notices nothing. */
static int find_file(const struct door *door, struct fault *fault)
{
    int fd = way_open_real(door->text, O_PATH, 0);

    if (fd >= 0)
        return fd;
    if (errno == ELOOP)
        return follow_links(door, fault);
    return fault_errno(fault, file_err(errno), errno, "cannot open it"), -1;
}

/* A file that has changed since the scan may be anything. */
static bool is_as_known(const struct door *door, int fd, const struct stat *st)
{
    return !door->is_known || ((uint64_t)st->st_size == door->size && clock_usec(st->st_mtim) == door->mtime) ||
           sound_head_is_known(fd);
}

static int open_named(const struct door *door, int name, struct stat *st, struct fault *fault)
{
    char own[64];
    int fd;

    if (fstat(name, st) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open it"), -1;
    if (!S_ISREG(st->st_mode))
        return fault_set(fault, ERR_BAD_REQUEST, "not a regular file"), -1;
    (void)snprintf(own, sizeof(own), "/proc/self/fd/%d", name);
    fd = open(own, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open it"), -1;
    if (is_as_known(door, fd, st))
        return fd;
    way_close(fd);
    fault_set(fault, ERR_BAD_REQUEST, "its file changed after the last scan, and does not begin as a sound does");
    fault_hint(fault, "`loophole library rescan DIR` reads it again");
    return -1;
}

int door_open(const struct door *door, struct stat *st, struct fault *fault)
{
    int name = find_file(door, fault), fd;

    if (name < 0)
        return -1;
    fd = open_named(door, name, st, fault);
    way_close(name);
    return fd;
}
