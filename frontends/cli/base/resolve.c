#include "frontends/cli/base/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontends/cli/base/look.h"

enum { LINKS_MOST = 40 };

/* How far a path is followed. The process writes, and the command reads it after the end or when it gives up. */
struct way {
    char at[PATH_MAX];   /* without links; "" is the root */
    char rest[PATH_MAX]; /* what follows */
    int links;
    int error; /* of the first name that cannot be followed, the last one of `at` */
    bool is_followed;
};

/* ---- in the process ---- */

static void drop_name(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash)
        *slash = '\0';
}

static bool add_name(char path[PATH_MAX], const char *name, size_t len)
{
    size_t at = strlen(path);

    if (at + 1 + len >= PATH_MAX)
        return false;
    path[at] = '/';
    memcpy(path + at + 1, name, len);
    path[at + 1 + len] = '\0';
    return true;
}

/* The target takes the place of the link. Errors: an errno. */
static int enter_link(struct way *way, const char *target, size_t len)
{
    char rest[PATH_MAX] = "";

    if (++way->links > LINKS_MOST)
        return ELOOP;
    memcpy(rest, target, len);
    rest[len] = '\0';
    if (way->rest[0] && !add_name(rest, way->rest, strlen(way->rest)))
        return ENAMETOOLONG;
    memcpy(way->rest, rest, sizeof(rest));
    if (rest[0] == '/')
        way->at[0] = '\0';
    else
        drop_name(way->at);
    return 0;
}

/* Follows one name. Errors: an errno. */
static int follow_name(struct way *way, const char *name)
{
    size_t len = strlen(name);
    char target[PATH_MAX];

    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        drop_name(way->at);
        return 0;
    }
    if (!add_name(way->at, name, len))
        return ENAMETOOLONG;
    ssize_t got = readlink(way->at, target, sizeof(target) - 1);
    if (got < 0)
        return errno == EINVAL ? 0 : errno;
    return enter_link(way, target, (size_t)got);
}

/* Takes the next name out of the rest; false: there is none. */
static bool take_path_part(struct way *way, char name[PATH_MAX])
{
    size_t slashes = strspn(way->rest, "/"), len = strcspn(way->rest + slashes, "/");
    size_t end = slashes + len;

    memcpy(name, way->rest + slashes, len);
    name[len] = '\0';
    end += strspn(way->rest + end, "/");
    memmove(way->rest, way->rest + end, strlen(way->rest + end) + 1);
    return len > 0;
}

static void follow_way(void *memory)
{
    struct way *way = memory;
    char name[PATH_MAX];

    if (way->rest[0] != '/' && !getcwd(way->at, sizeof(way->at)))
        way->error = errno;
    if (strcmp(way->at, "/") == 0)
        way->at[0] = '\0';
    while (!way->error && take_path_part(way, name))
        way->error = follow_name(way, name);
    way->is_followed = true;
}

/* ---- in the command ---- */

static bool goes_up(const char *rest)
{
    return strcmp(rest, "..") == 0 || strncmp(rest, "../", 3) == 0 || strstr(rest, "/../") ||
           (strlen(rest) > 3 && strcmp(rest + strlen(rest) - 3, "/..") == 0);
}

static enum err end_way(struct way *way, const char *typed, struct resolved *to, struct fault *fault)
{
    bool is_lost = !way->is_followed || way->error == ENAMETOOLONG || way->error == ELOOP || goes_up(way->rest) ||
                   (way->error && !way->at[0]) || (way->rest[0] && !add_name(way->at, way->rest, strlen(way->rest)));

    to->exists = way->error == 0;
    snprintf(to->path, sizeof(to->path), "%s", way->at[0] ? way->at : "/");
    if (!is_lost)
        return ERR_OK;
    fault_errno(fault, ERR_NOT_FOUND, way->error ? way->error : ENAMETOOLONG, "\"%.200s\" is neither an id nor a path",
                typed);
    return fault_hint(fault, "ids are 26 characters, as `loophole search` shows them");
}

enum err resolve_path(const char *typed, struct resolved *to, struct fault *fault)
{
    struct way *way = trial_memory(sizeof(*way));
    enum err e;

    if (!typed[0] || strlen(typed) >= sizeof(way->rest)) {
        way->error = typed[0] ? ENAMETOOLONG : ENOENT;
        e = end_way(way, typed, to, fault);
    } else {
        strcpy(way->rest, typed);
        e = look_run(follow_way, way, fault);
        if (e == ERR_OK)
            e = end_way(way, typed, to, fault);
        else if (e == ERR_TIMEOUT)
            e = look_hung(way->at[0] ? way->at : "/", fault);
    }
    trial_memory_free(way, sizeof(*way));
    return e;
}

/* ---- whether it answers ---- */

/* Reads the first byte of a regular file, or looks at the folder of any other path. */
static void reach_path(void *memory)
{
    char *path = ((struct resolved *)memory)->path, byte;
    struct stat st;
    int fd = -1;

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        (void)(fd >= 0 && pread(fd, &byte, 1, 0) > 0);
    } else {
        drop_name(path);
        fd = open(path[0] ? path : "/", O_RDONLY | O_DIRECTORY);
    }
    if (fd >= 0)
        close(fd);
}

enum err resolve_reach(const char *typed, struct fault *fault)
{
    struct resolved *place = trial_memory(sizeof(*place));
    struct fault why = { 0 };
    char at[PATH_MAX];

    enum err e = resolve_path(typed, place, &why);
    memcpy(at, place->path, sizeof(at));
    if (e == ERR_OK) {
        e = look_run(reach_path, place, &why);
        if (e == ERR_TIMEOUT)
            e = look_hung(at, &why);
    }
    trial_memory_free(place, sizeof(*place));
    if (e != ERR_TIMEOUT && e != ERR_BUSY)
        return ERR_OK;
    if (fault)
        *fault = why;
    return e;
}
