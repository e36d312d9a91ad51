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
#include "common/names.h"
#include "common/owner.h"

enum { NAMES_TRIED = 8 };
enum { RUN_PATH_MAX = 80, SERVICE_NAME_MAX = 20, PASSWD_SIZE = 4096 }; /* the longest path of a socket is 107 bytes */

static enum err join_path(char to[PATH_MAX], const char *directory, const char *name, struct fault *fault)
{
    int len = snprintf(to, PATH_MAX, "%s/%s", directory, name);

    if (len < 0 || len >= PATH_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.60s…/%.60s", directory, name);
    return ERR_OK;
}

/* The variable's value; NULL unless it is an absolute path, because the XDG specification ignores others. */
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

static enum err make_dirs(const char *path, struct fault *fault)
{
    enum err e = file_make_dirs(path, 0700, fault);

    if (e != ERR_OK)
        owner_hint(path, fault);
    return e;
}

/* Makes the path of a home absolute; the home need not exist. */
static enum err name_home(struct paths *paths, const char *home, struct fault *fault)
{
    char here[PATH_MAX];

    if (home[0] == '/' && text_copy(paths->home, sizeof(paths->home), text_of(home)))
        return ERR_OK;
    if (!getcwd(here, sizeof(here)))
        return fault_errno(fault, file_err(errno), errno, "cannot find LOOPHOLE_HOME %s", home);
    return join_path(paths->home, here, home, fault);
}

static enum err find_below_home(struct paths *paths, const char *home, bool make, struct fault *fault)
{
    enum err e = make ? make_dirs(home, fault) : ERR_OK;

    if (e != ERR_OK)
        return e;
    if (realpath(home, paths->home))
        e = owner_check(paths->home, make, fault);
    else if (!make && errno == ENOENT)
        e = name_home(paths, home, fault);
    else
        return fault_errno(fault, file_err(errno), errno, "cannot find LOOPHOLE_HOME %s", home);
    if (e != ERR_OK || (e = join_path(paths->config, paths->home, "config", fault)) != ERR_OK ||
        (e = join_path(paths->data, paths->home, "data", fault)) != ERR_OK ||
        (e = join_path(paths->cache, paths->home, "cache", fault)) != ERR_OK)
        return e;
    return join_path(paths->run, paths->home, "run", fault);
}

static enum err find_xdg(char to[PATH_MAX], const char *variable, const char *fallback, struct fault *fault)
{
    const char *base = absolute_variable(variable);
    char home[PATH_MAX], below[64];
    enum err e;

    if (base)
        return join_path(to, base, "loophole", fault);
    if ((e = find_user_home(home, fault)) != ERR_OK)
        return e;
    (void)snprintf(below, sizeof(below), "%s/loophole", fallback);
    return join_path(to, home, below, fault);
}

/* The XDG specification requires that the user owns it. `su` keeps the variable, which then names another user's. */
static bool is_own_runtime(const char *runtime)
{
    struct stat st;

    return stat(runtime, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           access(runtime, W_OK | X_OK) == 0;
}

const char *paths_passed_over(void)
{
    const char *home = getenv("LOOPHOLE_HOME"), *runtime = absolute_variable("XDG_RUNTIME_DIR");

    return (home && *home) || !runtime || is_own_runtime(runtime) ? NULL : runtime;
}

static enum err find_by_xdg(struct paths *paths, struct fault *fault)
{
    const char *runtime = absolute_variable("XDG_RUNTIME_DIR");
    enum err e;

    if (runtime && !is_own_runtime(runtime))
        runtime = NULL; /* another user's or missing: the one in /tmp serves */
    if ((e = find_xdg(paths->config, "XDG_CONFIG_HOME", ".config", fault)) != ERR_OK ||
        (e = find_xdg(paths->data, "XDG_DATA_HOME", ".local/share", fault)) != ERR_OK ||
        (e = find_xdg(paths->cache, "XDG_CACHE_HOME", ".cache", fault)) != ERR_OK)
        return e;
    return runtime ? join_path(paths->run, runtime, "loophole", fault) : ERR_OK;
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

static void name_studio(struct paths *paths)
{
    char real[PATH_MAX];

    if (!realpath(paths->data, real))
        (void)text_copy(real, sizeof(real), text_of(paths->data));
    hash_hex(hash_of(real, strlen(real)), sizeof(paths->studio) - 1, paths->studio);
}

/* If the disk is full before the first draw, the engine must still start: the path then decides the names. */
static void find_names(const struct paths *paths, bool make, struct names *names)
{
    if (names_read(paths->data, names) || (make && names_make(paths->data, names, NULL) == ERR_OK))
        return;
    memcpy(names->tag, paths->studio, sizeof(names->tag));
    memcpy(names->run, paths->studio, sizeof(names->run));
}

/* Succeeds if the folder is ours and closed to others; a name in /tmp may belong to anybody. */
static enum err make_private(const char *path, bool make, struct fault *fault)
{
    struct stat st;

    if (!make && access(path, F_OK) != 0)
        return ERR_OK;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return fault_errno(fault, file_err(errno), errno, "cannot make directory %s", path);
    if (lstat(path, &st) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot access %s", path);
    if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0)
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "%s is not a directory of this user alone", path);
    return fault_hint(fault, "remove it, or make it yours: chmod 700 %s", path);
}

/* Draws another name when another user has taken one. */
static enum err make_run_in_tmp(struct paths *paths, struct names *names, bool make, struct fault *fault)
{
    enum err e = ERR_DENIED;

    for (int i = 0; e == ERR_DENIED && i < NAMES_TRIED; i++) {
        (void)snprintf(paths->run, sizeof(paths->run), "/tmp/loophole-%u-%s", (unsigned)geteuid(), names->run);
        e = make_private(paths->run, make, fault);
        if (e != ERR_DENIED || !make)
            return e;
        names_note_taken(paths->data, paths->run);
        names_draw(names->run);
        (void)names_write(paths->data, names, NULL);
    }
    return e;
}

static enum err make_run(struct paths *paths, struct names *names, bool make, struct fault *fault)
{
    enum err e;

    if (paths->run[0] == '\0' || strlen(paths->run) > RUN_PATH_MAX)
        return make_run_in_tmp(paths, names, make, fault);
    if (!make)
        return make_private(paths->run, make, fault);
    if ((e = make_dirs(paths->run, fault)) != ERR_OK)
        return e;
    if (chmod(paths->run, 0700) != 0 && errno != EPERM)
        return fault_errno(fault, file_err(errno), errno, "cannot close %s to others", paths->run);
    return make_private(paths->run, make, fault);
}

static enum err make_directories(struct paths *paths, bool make, struct fault *fault)
{
    const char *const wanted[] = { paths->config, paths->data, paths->cache, paths->logs };
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < sizeof(wanted) / sizeof(*wanted); i++) {
        if (make)
            e = make_dirs(wanted[i], fault);
        if (e == ERR_OK)
            e = owner_check(wanted[i], make, fault);
    }
    return e;
}

static enum err find_paths(struct paths *paths, bool make, struct fault *fault)
{
    struct names names;
    const char *home = getenv("LOOPHOLE_HOME");
    enum err e;

    memset(paths, 0, sizeof(*paths));
    e = home && *home ? find_below_home(paths, home, make, fault) : find_by_xdg(paths, fault);
    if (e != ERR_OK || (e = join_path(paths->logs, paths->data, "log", fault)) != ERR_OK ||
        (e = find_programs(paths, fault)) != ERR_OK || (e = make_directories(paths, make, fault)) != ERR_OK)
        return e;
    name_studio(paths);
    find_names(paths, make, &names);
    memcpy(paths->tag, names.tag, sizeof(paths->tag));
    return make_run(paths, &names, make, fault);
}

enum err paths_find(struct paths *paths, struct fault *fault)
{
    return find_paths(paths, true, fault);
}

enum err paths_look(struct paths *paths, struct fault *fault)
{
    return find_paths(paths, false, fault);
}

static const char *socket_path(const struct paths *paths, const char *service, const char *kind, char to[PATH_MAX])
{
    (void)snprintf(to, PATH_MAX, "ipc://%.*s/%.*s.%s", RUN_PATH_MAX, paths->run, SERVICE_NAME_MAX, service, kind);
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
