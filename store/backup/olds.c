#include "store/backup/olds.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/files.h"

#define PREFIX "store.before-"

enum { OLD_PATH = PATH_MAX + OLD_NAME_SIZE + 16 };

static uint64_t bytes_of_file(const struct paths *paths, const char *name, const char *file)
{
    char path[OLD_PATH];
    struct stat st;

    (void)snprintf(path, sizeof(path), "%s/%s/%s", paths->data, name, file);
    return lstat(path, &st) == 0 ? (uint64_t)st.st_blocks * 512 : 0;
}

uint32_t olds_list(const struct paths *paths, struct old_store olds[OLDS_MOST])
{
    DIR *folder = opendir(paths->data);
    struct dirent *entry;
    uint32_t count = 0;

    while (folder && count < OLDS_MOST && (entry = readdir(folder)) != NULL) {
        struct old_store *old = &olds[count];
        if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) != 0 ||
            !text_copy(old->name, sizeof(old->name), text_of(entry->d_name)))
            continue;
        old->bytes = bytes_of_file(paths, old->name, "data.mdb") + bytes_of_file(paths, old->name, "lock.mdb");
        count++;
    }
    if (folder)
        closedir(folder);
    return count;
}

enum err olds_remove(const struct paths *paths, const struct old_store *old, struct fault *fault)
{
    static const char *const files[] = { FILES_OF_STORE, "" };
    char path[OLD_PATH];

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s/%s", paths->data, old->name, files[i]);
        if ((files[i][0] ? unlink(path) : rmdir(path)) == 0 || errno == ENOENT)
            continue;
        if (errno == ENOTEMPTY)
            return fault_set(fault, ERR_EXISTS, "%s contains other files", path);
        return fault_errno(fault, file_err(errno), errno, "cannot remove %s", path);
    }
    return ERR_OK;
}
