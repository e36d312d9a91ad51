#include "store/open/carried.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/files.h"

enum { CARRIED_PATH = PATH_MAX + 96, NAMES_TRIED = 1000, SETTINGS_MOST = 1 << 20 };

static bool path_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static enum err move_path(const char *from, const char *to, struct fault *fault)
{
    if (rename(from, to) < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot rename %s to %s", from, to);
    return ERR_OK;
}

static enum err keep_former(const char *place, struct fault *fault)
{
    char former[CARRIED_PATH + 32];

    if (!path_exists(place))
        return ERR_OK;
    for (int number = 1; number <= NAMES_TRIED; number++) {
        (void)snprintf(former, sizeof(former), number == 1 ? "%s.before-restore" : "%s.before-restore-%d", place,
                       number);
        if (!path_exists(former))
            return move_path(place, former, fault);
    }
    return fault_set(fault, ERR_FULL, "there are too many files like %s: remove the old ones", former);
}

static enum err install_folder(const struct paths *paths, const char *name, struct fault *fault)
{
    char from[CARRIED_PATH], place[CARRIED_PATH];
    enum err e;

    (void)snprintf(from, sizeof(from), "%s/store/" CARRIED "/%s", paths->data, name);
    (void)snprintf(place, sizeof(place), "%s/%s", paths->data, name);
    if (!path_exists(from))
        return ERR_OK;
    e = keep_former(place, fault);
    return e == ERR_OK ? move_path(from, place, fault) : e;
}

/* The folder of settings may be on another file system than DATA. */
static enum err install_settings(const struct paths *paths, struct fault *fault)
{
    char from[CARRIED_PATH], place[CARRIED_PATH];
    struct buffer text = { 0 };
    enum err e;

    (void)snprintf(from, sizeof(from), "%s/store/" CARRIED "/" CARRIED_SETTINGS, paths->data);
    (void)snprintf(place, sizeof(place), "%s/" CARRIED_SETTINGS, paths->config);
    if (!path_exists(from))
        return ERR_OK;
    e = file_read_all(from, SETTINGS_MOST, &text, fault);
    if (e == ERR_OK)
        e = keep_former(place, fault);
    if (e == ERR_OK)
        e = file_write_atomic(place, bytes_of(text.at, text.len), 0600, fault);
    if (e == ERR_OK)
        (void)unlink(from);
    buffer_free(&text);
    return e;
}

enum err carried_install(const struct paths *paths, struct fault *fault)
{
    static const char *const folders[] = { CARRIED_FOLDERS };
    char directory[CARRIED_PATH];
    enum err e = ERR_OK;

    (void)snprintf(directory, sizeof(directory), "%s/store/" CARRIED, paths->data);
    if (!path_exists(directory))
        return ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < sizeof(folders) / sizeof(*folders); i++)
        e = install_folder(paths, folders[i], fault);
    if (e == ERR_OK)
        e = install_settings(paths, fault);
    if (e == ERR_OK)
        (void)rmdir(directory);
    return e == ERR_OK ? files_sync(paths->data, fault) : e;
}

void carried_remove(const char *directory)
{
    char path[CARRIED_PATH];
    char *roots[] = { path, NULL };
    FTS *tree;
    FTSENT *entry;

    (void)snprintf(path, sizeof(path), "%s/" CARRIED, directory);
    tree = path_exists(path) ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
    while (tree && (entry = fts_read(tree)))
        if (entry->fts_info != FTS_D)
            (void)remove(entry->fts_accpath);
    if (tree)
        (void)fts_close(tree);
}
