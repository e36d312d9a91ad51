#include "services/project/base/file_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/hash.h"
#include "common/process/priority.h"

#define IN_AUDIO "/Media/Audio"

enum { PIECE = 1 << 18, IO_WHO_PROCESS = 1, IO_IDLE = 3 << 13 };

static const usec_t patience_us = (usec_t)30 * 1000000;

/* True: all was read, and `hex` is its digest. */
static bool hash_file(struct errand *errand, int fd, char hex[33])
{
    struct hash_stream *hash = hash_new();
    uint8_t *piece = alloc_bytes(PIECE);
    ssize_t got = 0;

    while (errand_goes_on(errand) && (got = read(fd, piece, PIECE)) > 0)
        hash_add(hash, piece, (size_t)got);
    hash_hex(hash_so_far(hash), 32, hex);
    hash_free(hash);
    free(piece);
    return got == 0 && errand_goes_on(errand);
}

static bool is_as_known(const struct checked_file *file, const struct stat *stat)
{
    return (uint64_t)stat->st_size == file->size && clock_usec(stat->st_mtim) == file->mtime;
}

/* Only its state counts, which a scan finds out too. */
static bool check_item(const struct checked_file *file)
{
    struct stat now;

    if (stat(file->path, &now) != 0)
        return errno == ENOENT || errno == ENOTDIR;
    return !is_as_known(file, &now);
}

/* A copy that a link out of the project's folder replaces counts as missing. */
static bool check_copy(struct file_check *check, struct beneath *in, const struct checked_file *file)
{
    struct fault unused = { 0 };
    struct stat now;
    char hex[33];
    bool differs;
    int fd = beneath_open_file(in, file->path + check->folder_len, O_RDONLY, 0, &unused);

    if (fd < 0)
        return false;
    differs = fstat(fd, &now) == 0 && !is_as_known(file, &now) && hash_file(&check->errand, fd, hex) &&
              strcmp(hex, file->digest) != 0;
    close(fd);
    return differs;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sort_paths(const struct file_check *check)
{
    const char **paths = alloc_zeroed(check->count + 1, sizeof(*paths));

    for (uint32_t i = 0; i < check->count; i++)
        paths[i] = check->files[i].path;
    qsort(paths, check->count, sizeof(*paths), compare_paths);
    return paths;
}

/* Hidden files are no sounds: files that are being written have such names. */
static bool is_other(const struct file_check *check, const char **paths, int folder, const char *name)
{
    char room[PATH_MAX];
    const char *path = room;
    struct stat stat;

    return name[0] != '.' &&
           snprintf(room, sizeof(room), "%s" IN_AUDIO "/%s", check->folder, name) < (int)sizeof(room) &&
           !bsearch(&path, paths, check->count, sizeof(*paths), compare_paths) &&
           fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode);
}

static bool find_others(struct file_check *check, struct beneath *in)
{
    DIR *folder = check->looks_at_media ? beneath_list(in, &IN_AUDIO[1]) : NULL;
    const char **paths = folder ? sort_paths(check) : NULL;
    const struct dirent *entry;
    bool found = false;

    while (folder && !found && errand_goes_on(&check->errand) && (entry = readdir(folder)))
        found = is_other(check, paths, dirfd(folder), entry->d_name);
    if (folder)
        closedir(folder);
    free(paths);
    return found;
}

static void check_folder(struct file_check *check, uint32_t at)
{
    struct fault unused = { 0 };
    struct beneath in;

    if (beneath_open(&in, check->folder, check->data, &unused) == ERR_OK) {
        for (uint32_t i = at; i < check->count && errand_goes_on(&check->errand); i++)
            check->files[i].differs = check_copy(check, &in, &check->files[i]);
        check->has_others = find_others(check, &in);
    }
    beneath_close(&in);
}

static void run_check(struct errand *errand)
{
    struct file_check *check = (struct file_check *)errand;
    const pid_t thread = (pid_t)syscall(SYS_gettid);

    priority_background(thread);
    (void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, thread, IO_IDLE);
    for (uint32_t i = 0; i < check->items && errand_goes_on(errand); i++)
        check->files[i].differs = check_item(&check->files[i]);
    if (check->folder)
        check_folder(check, check->items);
}

static void end_check(struct errand *errand, bool lost)
{
    struct file_check *check = (struct file_check *)errand;

    check->done(check->p, check, lost);
}

static void drop_check(struct errand *errand)
{
    struct file_check *check = (struct file_check *)errand;

    for (uint32_t i = 0; i < check->count; i++)
        free(check->files[i].path);
    free(check->files);
    free(check->folder);
    free(check);
}

struct file_check *file_check_new(struct project *p, uint32_t most)
{
    struct file_check *check = alloc_zeroed(1, sizeof(*check));

    check->errand = (struct errand){ .run = run_check, .done = end_check, .drop = drop_check, .patience = patience_us };
    check->p = p;
    check->data = p->paths->data;
    check->files = alloc_zeroed(most ? most : 1, sizeof(*check->files));
    return check;
}

void file_check_add(struct file_check *check, struct checked_file file)
{
    check->files[check->count++] = file;
}

void file_check_start(struct file_check *check)
{
    errand_start(check->p->checks, &check->errand);
}
