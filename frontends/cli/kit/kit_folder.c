#include "frontends/cli/kit/kit_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 65536 };

static bool is_equal(int one, int other)
{
    char block[BLOCK], second[BLOCK];
    struct stat st;
    ssize_t got;
    off_t at = 0;

    if (one < 0 || other < 0 || fstat(other, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    for (; (got = pread(one, block, sizeof(block), at)) > 0; at += got)
        if (pread(other, second, (size_t)got, at) != got || memcmp(block, second, (size_t)got) != 0)
            return false;
    return got == 0 && st.st_size == at;
}

static bool has_file(const struct new_folder *folder, int there, const char *name)
{
    const int one = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int other = openat(there, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const bool is_there = is_equal(one, other);

    if (one >= 0)
        close(one);
    if (other >= 0)
        close(other);
    return is_there;
}

bool kit_folder_is_there(const struct new_folder *folder, const char *name)
{
    const int there = openat(folder->parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const int copy = there >= 0 ? openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *all = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    bool is_there = all != NULL;

    while (is_there && (entry = readdir(all)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            is_there = has_file(folder, there, entry->d_name);
    if (all)
        closedir(all);
    if (there >= 0)
        close(there);
    return is_there;
}
