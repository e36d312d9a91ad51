#include "common/beneath/links.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/beneath/trusted.h"

enum { DEEPEST = 8, ENTRIES_MOST = 50000 };

/* ---- looking for links ---- */

struct link_look {
    struct beneath *b;
    bool (*see)(void *state, const char *name, const char *text);
    void *state;
    unsigned entries;
};

static bool look_through(struct link_look *look, int folder, const char *name, int depth);

static bool see_link(struct link_look *look, int folder, const char *last, const char *name)
{
    struct beneath_place place;
    struct fault unused = { 0 };
    char text[PATH_MAX];
    const ssize_t len = readlinkat(folder, last, text, sizeof(text) - 1);
    bool is_out;

    if (len < 0)
        return true;
    text[len] = '\0';
    is_out = beneath_find(look->b, name, false, &place, &unused) == ERR_OK && place.is_out;
    if (place.folder >= 0)
        (void)close(place.folder);
    return !is_out || look->see(look->state, name, text);
}

static bool see_entry(struct link_look *look, int folder, const char *above, const char *last, int depth)
{
    char name[PATH_MAX];
    struct stat st;
    int inner;

    if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return true;
    if (++look->entries > ENTRIES_MOST)
        return false;
    if (snprintf(name, sizeof(name), above[0] ? "%s/%s" : "%s%s", above, last) >= (int)sizeof(name) ||
        fstatat(folder, last, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (S_ISLNK(st.st_mode))
        return see_link(look, folder, last, name);
    if (!S_ISDIR(st.st_mode) || depth == DEEPEST)
        return true;
    inner = openat(folder, last, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return inner < 0 || look_through(look, inner, name, depth + 1);
}

/* Closes the folder. */
static bool look_through(struct link_look *look, int folder, const char *name, int depth)
{
    DIR *directory = fdopendir(folder);
    struct dirent *entry;
    bool goes_on = true;

    while (directory && goes_on && (entry = readdir(directory)))
        goes_on = see_entry(look, dirfd(directory), name, entry->d_name, depth);
    if (directory)
        (void)closedir(directory);
    else
        (void)close(folder);
    return goes_on;
}

bool links_each(struct beneath *b, bool (*see)(void *state, const char *name, const char *text), void *state)
{
    struct link_look look = { .b = b, .see = see, .state = state };
    const int fd = openat(b->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 || look_through(&look, fd, "", 0);
}

/* ---- trusting ---- */

struct trusting {
    struct beneath *b;
    struct buffer more;
    unsigned count;
};

static bool add_link(void *state, const char *name, const char *text)
{
    struct trusting *trusting = state;
    char path[PATH_MAX], real[PATH_MAX];

    if (++trusting->count > TRUSTED_MOST)
        return false;
    if (snprintf(path, sizeof(path), "%s/%s", trusting->b->path, name) < (int)sizeof(path) && realpath(path, real))
        trusted_add(&trusting->more, trusting->b->path, name, text, real);
    return true;
}

/* All links are trusted, or none: the earlier records stay after an error. */
enum err links_trust(struct beneath *b, const char *data, struct fault *fault)
{
    struct trusting trusting = { .b = b };
    enum err e = ERR_OK;

    buffer_add(&trusting.more, b->links.at, b->links.len);
    if (!links_each(b, add_link, &trusting))
        e = fault_set(fault, ERR_TOO_LARGE, "%.150s has more than %d links out, or %d files", b->path, TRUSTED_MOST,
                      ENTRIES_MOST);
    else if (trusting.more.len > b->links.len)
        e = trusted_write(data, b->path, buffer_bytes(&trusting.more), fault);
    if (e == ERR_OK) {
        buffer_reset(&b->links);
        buffer_add(&b->links, trusting.more.at, trusting.more.len);
    }
    buffer_free(&trusting.more);
    return e;
}
