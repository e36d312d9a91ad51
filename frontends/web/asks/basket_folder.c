#include "frontends/web/asks/basket_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file_write.h"

enum { TRIES = 100 };

static int by_entry_name(const void *a, const void *b)
{
    return strcmp(((const struct basket_entry *)a)->name, ((const struct basket_entry *)b)->name);
}

static void put_entry(struct basket_folder *folder, const char *name, const char *target, const struct stat *stat)
{
    ALLOC_ROOM(folder->at, folder->count, folder->room, 64);
    folder->at[folder->count++] = (struct basket_entry){ .name = alloc_text(name),
                                                         .target = target ? alloc_text(target) : NULL,
                                                         .device = stat->st_dev,
                                                         .inode = stat->st_ino };
    if (target)
        id_table_add(&folder->targets, id_of_bytes(target, strlen(target)));
}

static void look_at_entry(struct basket_folder *folder, int fd, const char *name)
{
    char target[PATH_MAX];
    struct stat stat;
    ssize_t len;

    safe_names_take(&folder->names, text_of(name));
    if (folder->count >= BASKET_MOST || fstatat(fd, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    len = S_ISLNK(stat.st_mode) ? readlinkat(fd, name, target, sizeof(target) - 1) : -1;
    if (len >= 0) {
        target[len] = '\0';
        put_entry(folder, name, target, &stat);
    } else if (S_ISREG(stat.st_mode) && stat.st_nlink > 1) {
        put_entry(folder, name, NULL, &stat);
    }
}

enum err basket_folder_open(struct basket_folder *folder, const char *data, struct fault *fault)
{
    struct dirent *entry;
    DIR *opened;

    if ((size_t)snprintf(folder->path, sizeof(folder->path), "%s/basket", data) >= sizeof(folder->path))
        return fault_set(fault, ERR_IO, "the path of the data folder is too long");
    if (mkdir(folder->path, 0700) < 0 && errno != EEXIST)
        return fault_errno(fault, file_err(errno), errno, "cannot make %s", folder->path);
    opened = opendir(folder->path);
    if (!opened)
        return fault_errno(fault, file_err(errno), errno, "cannot read %s", folder->path);
    while ((entry = readdir(opened)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            look_at_entry(folder, dirfd(opened), entry->d_name);
    (void)closedir(opened);
    basket_folder_sort(folder);
    return ERR_OK;
}

/* ---- adding ---- */

static bool has_file(const struct basket_folder *folder, const struct stat *stat)
{
    for (size_t i = 0; i < folder->count; i++)
        if (!folder->at[i].target && folder->at[i].device == stat->st_dev && folder->at[i].inode == stat->st_ino)
            return true;
    return false;
}

static enum err explain_link(const char *path, bool hard, int number, struct fault *fault)
{
    if (hard && number == EXDEV)
        return fault_set(fault, ERR_CONFLICT, "%s is on another file system: only a symbolic link to it is possible",
                         path);
    if (hard && number == EPERM)
        return fault_set(
            fault, ERR_CONFLICT,
            "only a symbolic link to %.100s is possible: another user owns it, or its disk has no hard links", path);
    return fault_errno(fault, file_err(number), number, "cannot make a link to %s", path);
}

/* Another program may take the name meanwhile. A hard link is one of the open file. */
static enum err make_link(struct basket_folder *folder, const char *path, int hard, struct fault *fault)
{
    char name[SAFE_NAME_SIZE], at[PATH_MAX + SAFE_NAME_SIZE], own[64];
    struct stat stat = { 0 };
    int done = -1;

    (void)snprintf(own, sizeof(own), "/proc/self/fd/%d", hard);
    for (int i = 0; i < TRIES && done < 0 && (i == 0 || errno == EEXIST); i++) {
        safe_names_choose(&folder->names, bytes_of(path, strlen(path)), name);
        (void)snprintf(at, sizeof(at), "%s/%s", folder->path, name);
        done = hard >= 0 ? linkat(AT_FDCWD, own, AT_FDCWD, at, AT_SYMLINK_FOLLOW) : symlink(path, at);
    }
    if (done < 0)
        return explain_link(path, hard >= 0, errno, fault);
    (void)lstat(at, &stat);
    put_entry(folder, name, hard >= 0 ? NULL : path, &stat);
    folder->added++;
    return ERR_OK;
}

enum err basket_folder_add(struct basket_folder *folder, const struct door *door, bool hard, struct fault *fault)
{
    const char *path = door_path(door);
    struct stat stat;
    const int fd = door_open(door, &stat, fault);
    enum err e = ERR_OK;

    if (fd < 0)
        return fault->code;
    if (hard ? has_file(folder, &stat) : id_table_has(&folder->targets, id_of_bytes(path, strlen(path))))
        folder->present++;
    else if (folder->count >= BASKET_MOST)
        e = fault_set(fault, ERR_FULL, "the basket has %d links: clear it first", BASKET_MOST);
    else
        e = make_link(folder, path, hard ? fd : -1, fault);
    close(fd);
    return e;
}

void basket_folder_sort(struct basket_folder *folder)
{
    if (folder->count > 0)
        qsort(folder->at, folder->count, sizeof(*folder->at), by_entry_name);
}

/* ---- clearing ---- */

static void forget_entries(struct basket_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->at[i].name);
        free(folder->at[i].target);
    }
    folder->count = 0;
    id_table_free(&folder->targets);
    safe_names_free(&folder->names);
}

enum err basket_folder_clear(struct basket_folder *folder, struct fault *fault)
{
    char at[PATH_MAX + 256];

    for (size_t i = 0; i < folder->count; i++) {
        (void)snprintf(at, sizeof(at), "%s/%s", folder->path, folder->at[i].name);
        if (unlink(at) < 0 && errno != ENOENT)
            return fault_errno(fault, file_err(errno), errno, "cannot remove %s", at);
    }
    forget_entries(folder);
    return ERR_OK;
}

void basket_folder_free(struct basket_folder *folder)
{
    forget_entries(folder);
    free(folder->at);
    folder->at = NULL;
}
