#include "common/cloud_file.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

/* Attributes of files without content: one of Nextcloud, one of OpenVFS (ownCloud, OpenCloud). */
static bool is_marked(const char *path)
{
    char state[64];
    ssize_t len = getxattr(path, "user.openvfs.state", state, sizeof(state));

    if (len > 0)
        return (size_t)len == strlen("dehydrated") && memcmp(state, "dehydrated", (size_t)len) == 0;
    return getxattr(path, "user.nextcloud.hydrate_exec", NULL, 0) >= 0;
}

bool cloud_file_is_online_only(const char *path, const struct stat *st)
{
    return S_ISREG(st->st_mode) && ((st->st_size > 0 && st->st_blocks == 0) || is_marked(path));
}

/* ---- globs ---- */

/* Compares the path, and each folder above it. */
static bool glob_covers(const char *glob, const char *path)
{
    char at[PATH_MAX];
    char *slash = at;

    if (snprintf(at, sizeof(at), "%s", path) >= (int)sizeof(at))
        return false;
    while (slash) {
        if (at[0] && fnmatch(glob, at, FNM_PATHNAME) == 0)
            return true;
        slash = strrchr(at, '/');
        if (slash)
            *slash = 0;
    }
    return false;
}

/* Without blanks around it, and with the home folder for "~"; false: it is empty or too long. */
static bool take_glob(const char *from, size_t len, char to[PATH_MAX])
{
    const char *home = getenv("HOME");

    while (len && (*from == ' ' || *from == '\t')) {
        from++;
        len--;
    }
    while (len && (from[len - 1] == ' ' || from[len - 1] == '\t' || (len > 1 && from[len - 1] == '/')))
        len--;
    bool is_below_home = len > 1 && from[0] == '~' && from[1] == '/' && home;
    int got = is_below_home ? snprintf(to, PATH_MAX, "%s%.*s", home, (int)len - 1, from + 1)
                            : snprintf(to, PATH_MAX, "%.*s", (int)len, from);
    return len > 0 && got < PATH_MAX;
}

bool cloud_file_is_named(const char *globs, const char *path)
{
    char glob[PATH_MAX];

    for (const char *at = globs; at && *at;) {
        size_t len = strcspn(at, ",");
        if (take_glob(at, len, glob) && glob_covers(glob, path))
            return true;
        at += len + (at[len] == ',');
    }
    return false;
}
