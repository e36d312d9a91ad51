#include "store/open/carried.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/files.h"

enum { CARRIED_PATH = PATH_MAX + 96, SETTINGS_MOST = 1 << 20 };

static enum err keep_former(const char *place, struct fault *fault)
{
    char former[CARRIED_PATH + 32];
    enum err e;

    if (!files_exist(place))
        return ERR_OK;
    e = files_name_backup(place, "before-restore", former, sizeof(former), fault);
    return e == ERR_OK ? files_rename(place, former, fault) : e;
}

static enum err install_folder(const struct paths *paths, const char *name, struct fault *fault)
{
    char from[CARRIED_PATH], place[CARRIED_PATH];
    enum err e;

    (void)snprintf(from, sizeof(from), "%s/store/" CARRIED "/%s", paths->data, name);
    (void)snprintf(place, sizeof(place), "%s/%s", paths->data, name);
    if (!files_exist(from))
        return ERR_OK;
    e = keep_former(place, fault);
    return e == ERR_OK ? files_rename(from, place, fault) : e;
}

/* The folder of settings may be on another file system than DATA. */
static enum err install_settings(const struct paths *paths, struct fault *fault)
{
    char from[CARRIED_PATH], place[CARRIED_PATH];
    struct buffer text = { 0 };
    enum err e;

    (void)snprintf(from, sizeof(from), "%s/store/" CARRIED "/" CARRIED_SETTINGS, paths->data);
    (void)snprintf(place, sizeof(place), "%s/" CARRIED_SETTINGS, paths->config);
    if (!files_exist(from))
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
    if (!files_exist(directory))
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
    tree = files_exist(path) ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
    while (tree && (entry = fts_read(tree)))
        if (entry->fts_info != FTS_D)
            (void)remove(entry->fts_accpath);
    if (tree)
        (void)fts_close(tree);
}
