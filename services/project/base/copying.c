#include "services/project/base/copying.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "services/project/base/file_io.h"

enum { PIECE = 1 << 20 };

static const usec_t patience_us = (usec_t)30 * 1000000;

struct copy_step {
    struct copying *copying;
    struct fault *fault;
    uint8_t *piece;
    struct hash hash;
    uint64_t size;
};

/* ---- one file ---- */

/* Reads `from` to its end, writes it to `to` unless that is -1, and sets hash and size. */
static enum err pass_bytes(struct copy_step *s, int from, int to, const char *path)
{
    struct hash_stream *hash = hash_new();
    enum err e = ERR_OK;
    ssize_t got = 0;

    s->size = 0;
    while (e == ERR_OK && (got = read(from, s->piece, PIECE)) > 0) {
        hash_add(hash, s->piece, (size_t)got);
        s->size += (uint64_t)got;
        if (to >= 0 && (e = file_write_fd(to, s->piece, (size_t)got)) != ERR_OK)
            fault_set(s->fault, e, "a copy cannot be written in %.150s", s->copying->folder);
        if (e == ERR_OK && !errand_goes_on(&s->copying->errand))
            e = fault_set(s->fault, ERR_OFFLINE, "the service is stopping");
    }
    if (e == ERR_OK && got < 0)
        e = fault_errno(s->fault, ERR_IO, errno, "cannot read %.150s", path);
    s->hash = hash_so_far(hash);
    hash_free(hash);
    return e;
}

static enum err read_whole(struct copy_step *s, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat stat;
    enum err e;

    if (fd < 0)
        return fault_errno(s->fault, file_err(errno), errno, "cannot open %.150s", path);
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
        e = fault_set(s->fault, ERR_BAD_REQUEST, "not a regular file: %.150s", path);
    else
        e = pass_bytes(s, fd, -1, path);
    close(fd);
    return e;
}

static void join_path(const struct copying *copying, const char *name, char to[PATH_MAX])
{
    snprintf(to, PATH_MAX, "%.3800s/%.255s", copying->folder, name);
}

static void folder_of(const char *path, char folder[PATH_MAX])
{
    snprintf(folder, PATH_MAX, "%.*s", (int)(strrchr(path, '/') - path), path);
}

/* True if `name` in the folder has these bytes. `taken` is set if any file has that name. */
static bool has_bytes(struct copy_step *s, const char *name, bool *taken)
{
    struct fault none = { 0 };
    struct copy_step there = { .copying = s->copying, .fault = &none, .piece = s->piece };
    char path[PATH_MAX];
    struct stat stat;

    join_path(s->copying, name, path);
    *taken = lstat(path, &stat) == 0;
    return *taken && S_ISREG(stat.st_mode) && (uint64_t)stat.st_size == s->size && read_whole(&there, path) == ERR_OK &&
           memcmp(&there.hash, &s->hash, sizeof(s->hash)) == 0;
}

static enum err write_temporary(struct copy_step *s, const struct copy_item *item, const char *temporary, int to)
{
    const struct hash wanted = s->hash;
    int from = open(item->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum err e;

    if (from < 0)
        return fault_errno(s->fault, file_err(errno), errno, "cannot open %.150s", item->from);
    e = pass_bytes(s, from, to, item->from);
    close(from);
    if (e == ERR_OK && (fchmod(to, 0644) != 0 || fsync(to) != 0))
        e = fault_errno(s->fault, ERR_IO, errno, "a copy cannot be synced");
    if (e == ERR_OK)
        e = read_whole(s, temporary);
    if (e == ERR_OK && memcmp(&wanted, &s->hash, sizeof(wanted)) != 0)
        e = fault_set(s->fault, ERR_CONFLICT, "the file changed while it was copied: %.150s", item->from);
    return e;
}

/* Some file systems cannot rename without replacing, and some have no links either. Only this service writes there. */
static int name_copy(const char *temporary, const char *path)
{
    struct stat stat;

    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        return -1;
    if (link(temporary, path) == 0)
        return unlink(temporary);
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
        return -1;
    if (lstat(path, &stat) == 0)
        return errno = EEXIST, -1;
    return rename(temporary, path);
}

static enum err write_copy(struct copy_step *s, const struct copy_item *item)
{
    char temporary[PATH_MAX], path[PATH_MAX], folder[PATH_MAX];
    enum err e;
    int fd;

    join_path(s->copying, item->name, path);
    folder_of(path, folder);
    fd = file_make_temporary(folder, temporary);
    if (fd < 0)
        return fault_errno(s->fault, file_err(errno), errno, "cannot write in %.150s", folder);
    e = write_temporary(s, item, temporary, fd);
    close(fd);
    if (e == ERR_OK && name_copy(temporary, path) != 0)
        e = fault_errno(s->fault, file_err(errno), errno, "cannot name the copy %.150s", item->name);
    if (e != ERR_OK)
        unlink(temporary);
    return e == ERR_OK ? file_sync(folder, s->fault) : e;
}

static enum err find_name(struct copy_step *s, struct copy_item *item)
{
    bool is_taken;

    item->was_present = has_bytes(s, item->name, &is_taken);
    if (item->was_present || !is_taken)
        return ERR_OK;
    memcpy(item->name, item->other, sizeof(item->name));
    item->was_present = has_bytes(s, item->name, &is_taken);
    if (item->was_present || !is_taken)
        return ERR_OK;
    fault_set(s->fault, ERR_EXISTS, "another file in Media has the name %.150s", item->name);
    return fault_hint(s->fault, "it was not overwritten; rename or remove it, and collect again");
}

/* The item before this one with the same bytes; NULL: none. */
static const struct copy_item *find_twin(const struct copying *copying, const struct copy_item *item)
{
    for (const struct copy_item *other = copying->items; other < item; other++)
        if (other->size == item->size && memcmp(&other->hash, &item->hash, sizeof(item->hash)) == 0)
            return other;
    return NULL;
}

static usec_t time_of_copy(const struct copying *copying, const struct copy_item *item)
{
    char path[PATH_MAX];
    struct stat stat;

    join_path(copying, item->name, path);
    return lstat(path, &stat) == 0 ? clock_usec(stat.st_mtim) : 0;
}

static enum err copy_item(struct copy_step *s, struct copy_item *item)
{
    const struct copy_item *twin;
    enum err e = read_whole(s, item->from);

    if (e != ERR_OK)
        return e;
    item->size = s->size;
    item->hash = s->hash;
    twin = find_twin(s->copying, item);
    item->is_twin = twin != NULL;
    if (twin) {
        memcpy(item->name, twin->name, sizeof(item->name));
        item->time = twin->time;
        return ERR_OK;
    }
    e = find_name(s, item);
    if (e == ERR_OK && !item->was_present && !s->copying->only_checks)
        e = write_copy(s, item);
    if (e == ERR_OK)
        item->time = time_of_copy(s->copying, item);
    return e;
}

/* A copy that is gone is not damaged: it is written again if its sound is here. */
static void check_copy(const struct copying *copying, struct copy_check *check, uint8_t *piece)
{
    struct fault none = { 0 };
    struct copy_step step = { .copying = (struct copying *)(uintptr_t)copying, .fault = &none, .piece = piece };
    char path[PATH_MAX], hex[33];

    join_path(copying, check->name, path);
    check->is_damaged = read_whole(&step, path) == ERR_OK && strcmp(hash_hex(step.hash, 32, hex), check->digest) != 0;
}

/* ---- the errand ---- */

static bool needs_folder(const struct copying *copying, const char *name)
{
    for (uint32_t i = 0; i < copying->count; i++)
        if (strncmp(copying->items[i].name, name, strlen(name)) == 0)
            return true;
    return false;
}

static enum err make_folders(struct copying *copying)
{
    static const char *const inner[] = { "Audio/", "Video/" };
    enum err e = file_make_dirs(copying->folder, 0755, &copying->fault);
    char path[PATH_MAX];

    for (size_t i = 0; e == ERR_OK && i < sizeof(inner) / sizeof(*inner); i++) {
        if (!needs_folder(copying, inner[i]))
            continue;
        snprintf(path, sizeof(path), "%.3900s/%.5s", copying->folder, inner[i]);
        e = file_make_dirs(path, 0755, &copying->fault);
        file_io_sweep(path, copying->started);
    }
    return e;
}

static void run_copying(struct errand *errand)
{
    struct copying *copying = (struct copying *)errand;
    struct copy_step step = { .copying = copying, .fault = &copying->fault, .piece = alloc_bytes(PIECE) };
    enum err e = copying->only_checks ? ERR_OK : make_folders(copying);

    for (uint32_t i = 0; e == ERR_OK && i < copying->check_count; i++)
        check_copy(copying, &copying->checks[i], step.piece);
    for (uint32_t i = 0; e == ERR_OK && i < copying->count; i++)
        e = copy_item(&step, &copying->items[i]);
    copying->fault.code = e;
    free(step.piece);
}

static void end_copying(struct errand *errand, bool lost)
{
    struct copying *copying = (struct copying *)errand;

    copying->done(copying->owner, lost ? NULL : copying);
}

static void drop_copying(struct errand *errand)
{
    struct copying *copying = (struct copying *)errand;

    for (uint32_t i = 0; i < copying->count; i++)
        free(copying->items[i].from);
    free(copying->items);
    free(copying->checks);
    free(copying);
}

struct copying *copying_new(struct project *p, uint32_t count, uint32_t checks)
{
    struct copying *copying = alloc_zeroed(1, sizeof(*copying));

    copying->errand =
        (struct errand){ .run = run_copying, .done = end_copying, .drop = drop_copying, .patience = patience_us };
    copying->started = p->started;
    copying->items = alloc_zeroed(count ? count : 1, sizeof(*copying->items));
    copying->checks = alloc_zeroed(checks ? checks : 1, sizeof(*copying->checks));
    return copying;
}

void copying_start(struct project *p, struct copying *copying)
{
    errand_start(p->errands, &copying->errand);
}
