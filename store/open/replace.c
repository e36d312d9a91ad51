#include "store/open/replace.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/files.h"
#include "store/open/carried.h"

static const char *store_path_with(const struct paths *paths, const char *end, char to[REPLACE_PATH])
{
    snprintf(to, REPLACE_PATH, "%s/store%s", paths->data, end);
    return to;
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
    if (!files_exist(store_path_with(paths, ".ready", ready)))
        return carried_install(paths, fault);
    if (files_exist(store_path_with(paths, "", store))) {
        remove_store(ready);
        return carried_install(paths, fault);
    }
    enum err e = files_rename(ready, store, fault);
    if (e == ERR_OK)
        e = files_sync(paths->data, fault);
    return e == ERR_OK ? carried_install(paths, fault) : e;
}

enum err replace_begin(const struct paths *paths, char directory[REPLACE_PATH], struct fault *fault)
{
    remove_store(store_path_with(paths, ".new", directory));
    return file_make_dirs(directory, 0700, fault);
}

enum err replace_commit(const struct paths *paths, const char *backup, struct fault *fault)
{
    char store[REPLACE_PATH], fresh[REPLACE_PATH], ready[REPLACE_PATH], old[REPLACE_PATH];
    enum err e = files_name_backup(store_path_with(paths, "", store), backup, old, sizeof(old), fault);

    if (e != ERR_OK)
        return e;
    e = files_rename(store_path_with(paths, ".new", fresh), store_path_with(paths, ".ready", ready), fault);
    if (e == ERR_OK)
        e = files_sync(paths->data, fault);
    if (e == ERR_OK && files_exist(store))
        e = files_rename(store, old, fault);
    if (e == ERR_OK)
        e = files_rename(ready, store, fault);
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
    return files_rename(replace_path(paths, end, from), store_path_with(paths, ".new", to), fault);
}
