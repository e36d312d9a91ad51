#include "common/beneath/links.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/beneath/trusted.h"
#include "common/hash.h"
#include "common/text.h"

enum { DEEPEST = 8, ENTRIES_MOST = 50000 };

/* ---- looking for links ---- */

struct link_look {
    struct beneath *b;
    bool (*see)(void *state, const struct link_out *link);
    void *state;
    unsigned entries;
};

static bool look_through(struct link_look *look, int folder, const char *name, int depth);

/* What cannot be shown exactly gets the hash of the whole at its end. */
static void show_link(struct link_out *link)
{
    char whole[2 * PATH_MAX + 8], hex[33];
    const int len = snprintf(whole, sizeof(whole), "%s -> %s", link->name, link->target[0] ? link->target : link->text);

    if (len < LINKS_SHOWN && text_is_utf8(text_of(whole))) {
        memcpy(link->shown, whole, (size_t)len + 1);
        return;
    }
    (void)hash_hex(hash_of(whole, (size_t)len), 32, hex);
    for (char *at = whole; *at; at++)
        if ((signed char)*at < 0)
            *at = '?';
    (void)snprintf(link->shown, sizeof(link->shown), "%.*s (%s)", LINKS_SHOWN - 40, whole, hex);
}

static bool see_out(struct link_look *look, const char *name, const char *text)
{
    char path[PATH_MAX], real[PATH_MAX];
    const bool fits = snprintf(path, sizeof(path), "%s/%s", look->b->path, name) < (int)sizeof(path);
    struct link_out link = { .name = name, .text = text, .target = fits && realpath(path, real) ? real : "" };

    show_link(&link);
    return look->see(look->state, &link);
}

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
    return !is_out || see_out(look, name, text);
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

bool links_each(struct beneath *b, bool (*see)(void *state, const struct link_out *link), void *state)
{
    struct link_look look = { .b = b, .see = see, .state = state };
    const int fd = openat(b->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 || look_through(&look, fd, "", 0);
}

/* ---- trusting ---- */

struct trusting {
    struct beneath *b;
    struct bytes seen;
    struct buffer more;
    unsigned count;
};

static bool was_seen(struct bytes seen, const char *shown)
{
    const char *at = (const char *)seen.at, *end = at + seen.len;

    for (; at < end; at += strlen(at) + 1)
        if (strcmp(at, shown) == 0)
            return true;
    return false;
}

static bool add_link(void *state, const struct link_out *link)
{
    struct trusting *trusting = state;

    if (++trusting->count > TRUSTED_MOST)
        return false;
    if (link->target[0] && (!trusting->seen.len || was_seen(trusting->seen, link->shown)))
        trusted_add(&trusting->more, trusting->b->path, link->name, link->text, link->target);
    return true;
}

/* All links are trusted, or none: the earlier records stay after an error. */
enum err links_trust(struct beneath *b, const char *data, struct bytes seen, struct fault *fault)
{
    struct trusting trusting = { .b = b, .seen = seen };
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
