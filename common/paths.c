#include "common/paths.h"
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/file.h"
#include "common/hash.h"

enum { RUN_PATH_MAX = 80, SERVICE_NAME_MAX = 20, PASSWD_SIZE = 4096 }; /* a socket's whole path: 107 bytes */

static enum err join(char to[PATH_MAX], const char *directory, const char *name, struct fault *fault)
{
    int len = snprintf(to, PATH_MAX, "%s/%s", directory, name);

    if (len < 0 || len >= PATH_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.60s…/%.60s", directory, name);
    return ERR_OK;
}

/* The variable's value; NULL unless it is an absolute path: the XDG specification wants others ignored. */
static const char *absolute_variable(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] == '/' ? value : NULL;
}

static enum err find_user_home(char to[PATH_MAX], struct fault *fault)
{
    const char *home = absolute_variable("HOME");
    char memory[PASSWD_SIZE];
    struct passwd entry, *found = NULL;

    if (!home && getpwuid_r(geteuid(), &entry, memory, sizeof(memory), &found) == 0 && found)
        home = found->pw_dir;
    if (home && home[0] == '/' && text_copy(to, PATH_MAX, text_of(home)))
        return ERR_OK;
    fault_set(fault, ERR_IO, "user %u has no home directory", (unsigned)geteuid());
    return fault_hint(fault, "set HOME, or LOOPHOLE_HOME to a directory for all of loophole");
}

static enum err find_below_home(struct paths *paths, const char *home, struct fault *fault)
{
    enum err e = file_make_dirs(home, 0700, fault);

    if (e != ERR_OK)
        return e;
    if (!realpath(home, paths->home))
        return fault_errno(fault, file_err(errno), errno, "cannot find LOOPHOLE_HOME %s", home);
    if ((e = join(paths->config, paths->home, "config", fault)) != ERR_OK ||
        (e = join(paths->data, paths->home, "data", fault)) != ERR_OK ||
        (e = join(paths->cache, paths->home, "cache", fault)) != ERR_OK)
        return e;
    return join(paths->run, paths->home, "run", fault);
}

static enum err find_xdg(char to[PATH_MAX], const char *variable, const char *fallback, struct fault *fault)
{
    const char *base = absolute_variable(variable);
    char home[PATH_MAX], below[64];
    enum err e;

    if (base)
        return join(to, base, "loophole", fault);
    if ((e = find_user_home(home, fault)) != ERR_OK)
        return e;
    (void)snprintf(below, sizeof(below), "%s/loophole", fallback);
    return join(to, home, below, fault);
}

static enum err find_by_xdg(struct paths *paths, struct fault *fault)
{
    const char *runtime = absolute_variable("XDG_RUNTIME_DIR");
    enum err e;

    if (runtime && access(runtime, W_OK | X_OK) != 0)
        runtime = NULL; /* another user's, or gone: the one in /tmp serves as well */
    if ((e = find_xdg(paths->config, "XDG_CONFIG_HOME", ".config", fault)) != ERR_OK ||
        (e = find_xdg(paths->data, "XDG_DATA_HOME", ".local/share", fault)) != ERR_OK ||
        (e = find_xdg(paths->cache, "XDG_CACHE_HOME", ".cache", fault)) != ERR_OK)
        return e;
    return runtime ? join(paths->run, runtime, "loophole", fault) : ERR_OK;
}

static enum err find_programs(struct paths *paths, struct fault *fault)
{
    ssize_t len = readlink("/proc/self/exe", paths->programs, sizeof(paths->programs) - 1);
    char *slash;

    if (len < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot read /proc/self/exe");
    paths->programs[len] = '\0';
    slash = strrchr(paths->programs, '/');
    if (slash)
        *(slash == paths->programs ? slash + 1 : slash) = '\0';
    return ERR_OK;
}

static enum err make_tag(struct paths *paths, struct fault *fault)
{
    char real[PATH_MAX];

    if (!realpath(paths->data, real))
        return fault_errno(fault, file_err(errno), errno, "cannot find %s", paths->data);
    hash_hex(hash_of(real, strlen(real)), sizeof(paths->tag) - 1, paths->tag);
    return ERR_OK;
}

/* Ours and closed to others, or an error: a name in /tmp may be anybody's. */
static enum err make_private(const char *path, struct fault *fault)
{
    struct stat st;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return fault_errno(fault, file_err(errno), errno, "cannot make directory %s", path);
    if (lstat(path, &st) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot look at %s", path);
    if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0)
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "%s is not a directory of this user alone", path);
    return fault_hint(fault, "remove it, or make it yours: chmod 700 %s", path);
}

static enum err make_run_in_tmp(struct paths *paths, struct fault *fault)
{
    char parent[64];
    enum err e;

    (void)snprintf(parent, sizeof(parent), "/tmp/loophole-%u", (unsigned)geteuid());
    if ((e = make_private(parent, fault)) != ERR_OK ||
        (e = join(paths->run, parent, paths->tag, fault)) != ERR_OK)
        return e;
    return make_private(paths->run, fault);
}

static enum err make_run(struct paths *paths, struct fault *fault)
{
    enum err e;

    if (paths->run[0] == '\0' || strlen(paths->run) > RUN_PATH_MAX)
        return make_run_in_tmp(paths, fault);
    if ((e = file_make_dirs(paths->run, 0700, fault)) != ERR_OK)
        return e;
    if (chmod(paths->run, 0700) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot close %s to others", paths->run);
    return make_private(paths->run, fault);
}

static enum err make_directories(struct paths *paths, struct fault *fault)
{
    const char *const wanted[] = { paths->config, paths->data, paths->cache, paths->logs };
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < sizeof(wanted) / sizeof(*wanted); i++)
        e = file_make_dirs(wanted[i], 0700, fault);
    return e;
}

enum err paths_find(struct paths *paths, struct fault *fault)
{
    const char *home = getenv("LOOPHOLE_HOME");
    enum err e;

    memset(paths, 0, sizeof(*paths));
    e = home && *home ? find_below_home(paths, home, fault) : find_by_xdg(paths, fault);
    if (e != ERR_OK || (e = join(paths->logs, paths->data, "log", fault)) != ERR_OK ||
        (e = find_programs(paths, fault)) != ERR_OK || (e = make_directories(paths, fault)) != ERR_OK ||
        (e = make_tag(paths, fault)) != ERR_OK)
        return e;
    return make_run(paths, fault);
}

static const char *socket_path(const struct paths *paths, const char *service, const char *kind,
                               char to[PATH_MAX])
{
    (void)snprintf(to, PATH_MAX, "ipc://%.*s/%.*s.%s", RUN_PATH_MAX, paths->run, SERVICE_NAME_MAX, service,
                   kind);
    return to;
}

const char *paths_ask_socket(const struct paths *paths, const char *service, char to[PATH_MAX])
{
    return socket_path(paths, service, "ask", to);
}

const char *paths_event_socket(const struct paths *paths, const char *service, char to[PATH_MAX])
{
    return socket_path(paths, service, "events", to);
}
