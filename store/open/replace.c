#include "store/open/replace.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/files.h"
#include "store/open/carried.h"

enum { BACKUPS_TRIED = 1000 };

static const char *store_path_with(const struct paths *paths, const char *end, char to[REPLACE_PATH])
{
    snprintf(to, REPLACE_PATH, "%s/store%s", paths->data, end);
    return to;
}

static bool path_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static enum err rename_path(const char *from, const char *to, struct fault *fault)
{
    if (rename(from, to) < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot rename %s", from);
    return ERR_OK;
}

/* Our stores contain these files, those that a backup carried, and no others. */
static void remove_store(const char *directory)
{
    static const char *const files[] = { FILES_OF_STORE };
    char path[REPLACE_PATH + 16];

    carried_remove(directory);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
        unlink(path);
    }
    rmdir(directory);
}

enum err replace_recover(const struct paths *paths, struct fault *fault)
{
    char store[REPLACE_PATH], fresh[REPLACE_PATH], ready[REPLACE_PATH];

    remove_store(store_path_with(paths, ".new", fresh));
    if (!path_exists(store_path_with(paths, ".ready", ready)))
        return carried_install(paths, fault);
    if (path_exists(store_path_with(paths, "", store))) {
        remove_store(ready);
        return carried_install(paths, fault);
    }
    enum err e = rename_path(ready, store, fault);
    if (e == ERR_OK)
        e = files_sync(paths->data, fault);
    return e == ERR_OK ? carried_install(paths, fault) : e;
}

enum err replace_begin(const struct paths *paths, char directory[REPLACE_PATH], struct fault *fault)
{
    remove_store(store_path_with(paths, ".new", directory));
    return file_make_dirs(directory, 0700, fault);
}

static enum err backup_path(const struct paths *paths, const char *backup, char to[REPLACE_PATH], struct fault *fault)
{
    char end[64];

    for (int number = 1; number <= BACKUPS_TRIED; number++) {
        snprintf(end, sizeof(end), number == 1 ? ".%s" : ".%s-%d", backup, number);
        if (!path_exists(store_path_with(paths, end, to)))
            return ERR_OK;
    }
    return fault_set(fault, ERR_FULL, "there are too many backups like %s: remove the old ones", to);
}

enum err replace_commit(const struct paths *paths, const char *backup, struct fault *fault)
{
    char store[REPLACE_PATH], fresh[REPLACE_PATH], ready[REPLACE_PATH], old[REPLACE_PATH];
    enum err e = backup_path(paths, backup, old, fault);

    if (e != ERR_OK)
        return e;
    store_path_with(paths, "", store);
    e = rename_path(store_path_with(paths, ".new", fresh), store_path_with(paths, ".ready", ready), fault);
    if (e == ERR_OK)
        e = files_sync(paths->data, fault);
    if (e == ERR_OK && path_exists(store))
        e = rename_path(store, old, fault);
    if (e == ERR_OK)
        e = rename_path(ready, store, fault);
    if (e == ERR_OK)
        e = files_sync(paths->data, fault);
    return e == ERR_OK ? carried_install(paths, fault) : e;
}

void replace_abandon(const struct paths *paths)
{
    char fresh[REPLACE_PATH];

    remove_store(store_path_with(paths, ".new", fresh));
}

const char *replace_path(const struct paths *paths, const char *end, char to[REPLACE_PATH])
{
    snprintf(to, REPLACE_PATH, "%s/store.%s", paths->data, end);
    return to;
}

void replace_drop(const struct paths *paths, const char *end)
{
    char directory[REPLACE_PATH];

    remove_store(replace_path(paths, end, directory));
}

enum err replace_take(const struct paths *paths, const char *end, struct fault *fault)
{
    char from[REPLACE_PATH], to[REPLACE_PATH];

    replace_abandon(paths);
    return rename_path(replace_path(paths, end, from), store_path_with(paths, ".new", to), fault);
}
