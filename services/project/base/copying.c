#include "services/project/base/copying.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/file.h"
#include "services/project/base/file_io.h"

enum { PIECE = 1 << 20, NAME_IN_MEDIA = 256 + 8 };

static const usec_t patience_us = (usec_t)30 * 1000000;

struct copy_step {
    struct copying *copying;
    struct beneath *in; /* the project's folder */
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

static const char *join_name(const char *name, char path[NAME_IN_MEDIA])
{
    (void)snprintf(path, NAME_IN_MEDIA, "Media/%.255s", name);
    return path;
}

static enum err read_open(struct copy_step *s, int fd, const char *path)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
        return fault_set(s->fault, ERR_BAD_REQUEST, "not a regular file: %.150s", path);
    return pass_bytes(s, fd, -1, path);
}

static int open_sound(struct copy_step *s, const struct door *door)
{
    struct fault why = { 0 };
    struct stat stat;
    int fd = door_open(door, &stat, &why);

    if (fd < 0) {
        fault_set(s->fault, why.code, "%.150s: %.200s", door_path(door), why.what);
        fault_hint(s->fault, "%s", why.hint);
    }
    return fd;
}

static enum err read_sound(struct copy_step *s, const struct door *door)
{
    int fd = open_sound(s, door);
    enum err e;

    if (fd < 0)
        return s->fault->code;
    e = pass_bytes(s, fd, -1, door_path(door));
    close(fd);
    return e;
}

static enum err read_copy(struct copy_step *s, const char *name)
{
    char path[NAME_IN_MEDIA];
    int fd = beneath_open_file(s->in, join_name(name, path), O_RDONLY, 0, s->fault);
    enum err e;

    if (fd < 0)
        return s->fault->code;
    e = read_open(s, fd, name);
    close(fd);
    return e;
}

/* Finds a copy, or the place for it. */
static enum err find_copy(struct copy_step *s, const char *name, struct beneath_place *to)
{
    char path[NAME_IN_MEDIA];

    return beneath_find(s->in, join_name(name, path), false, to, s->fault);
}

static bool see_copy(struct copy_step *s, const char *name, struct stat *to)
{
    struct fault unused = { 0 };
    struct copy_step quiet = { .in = s->in, .fault = &unused };
    struct beneath_place place;
    bool is_there;

    if (find_copy(&quiet, name, &place) != ERR_OK)
        return false;
    is_there = fstatat(place.folder, place.name, to, AT_SYMLINK_NOFOLLOW) == 0;
    close(place.folder);
    return is_there;
}

/* True if `name` in the folder has these bytes. `taken` is set if any file has that name. */
static bool has_bytes(struct copy_step *s, const char *name, bool *taken)
{
    struct fault none = { 0 };
    struct copy_step there = { .copying = s->copying, .in = s->in, .fault = &none, .piece = s->piece };
    struct stat stat;

    *taken = see_copy(s, name, &stat);
    return *taken && S_ISREG(stat.st_mode) && (uint64_t)stat.st_size == s->size && read_copy(&there, name) == ERR_OK &&
           memcmp(&there.hash, &s->hash, sizeof(s->hash)) == 0;
}

static enum err write_temporary(struct copy_step *s, const struct copy_item *item, int to)
{
    const struct hash wanted = s->hash;
    int from = open_sound(s, item->from);
    enum err e;

    if (from < 0)
        return s->fault->code;
    e = pass_bytes(s, from, to, door_path(item->from));
    close(from);
    if (e == ERR_OK && (fchmod(to, 0644) != 0 || fsync(to) != 0 || lseek(to, 0, SEEK_SET) != 0))
        e = fault_errno(s->fault, ERR_IO, errno, "a copy cannot be synced");
    if (e == ERR_OK)
        e = read_open(s, to, item->name);
    if (e == ERR_OK && memcmp(&wanted, &s->hash, sizeof(wanted)) != 0)
        e = fault_set(s->fault, ERR_CONFLICT, "the file changed while it was copied: %.150s", door_path(item->from));
    return e;
}

static enum err write_in(struct copy_step *s, const struct copy_item *item, const struct beneath_place *place)
{
    char temporary[FILE_TEMPORARY];
    int fd = file_make_temporary_at(place->folder, temporary);
    enum err e;

    if (fd < 0)
        return fault_errno(s->fault, file_err(errno), errno, "cannot write in %.150s", s->copying->folder);
    e = write_temporary(s, item, fd);
    close(fd);
    if (e == ERR_OK && file_rename_new(place->folder, temporary, place->folder, place->name) != 0)
        e = fault_errno(s->fault, file_err(errno), errno, "cannot name the copy %.150s", item->name);
    if (e != ERR_OK) {
        unlinkat(place->folder, temporary, 0);
    } else if (fsync(place->folder) != 0) {
        e = fault_errno(s->fault, file_err(errno), errno, "the name of the copy %.150s cannot be synced", item->name);
        unlinkat(place->folder, place->name, 0);
    }
    return e;
}

static enum err write_copy(struct copy_step *s, const struct copy_item *item)
{
    struct beneath_place place;
    enum err e = find_copy(s, item->name, &place);

    if (e != ERR_OK)
        return e;
    e = write_in(s, item, &place);
    close(place.folder);
    return e;
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

static usec_t time_of_copy(struct copy_step *s, const struct copy_item *item)
{
    struct stat stat;

    return see_copy(s, item->name, &stat) ? clock_usec(stat.st_mtim) : 0;
}

static enum err copy_item(struct copy_step *s, struct copy_item *item)
{
    const struct copy_item *twin;
    enum err e = read_sound(s, item->from);

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
        item->time = time_of_copy(s, item);
    return e;
}

/* A copy that is gone is not damaged: it is written again if its sound is here. */
static void check_copy(const struct copy_step *s, struct copy_check *check)
{
    struct fault none = { 0 };
    struct copy_step step = { .copying = s->copying, .in = s->in, .fault = &none, .piece = s->piece };
    char hex[33];

    check->is_damaged =
        read_copy(&step, check->name) == ERR_OK && strcmp(hash_hex(step.hash, 32, hex), check->digest) != 0;
}

/* ---- the errand ---- */

static bool needs_folder(const struct copying *copying, const char *name)
{
    for (uint32_t i = 0; i < copying->count; i++)
        if (strncmp(copying->items[i].name, name, strlen(name)) == 0)
            return true;
    return false;
}

static enum err make_folders(struct copying *copying, struct beneath *in)
{
    static const char *const inner[] = { "Audio/", "Video/" };
    char path[NAME_IN_MEDIA];
    int fd;

    for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
        if (!needs_folder(copying, inner[i]))
            continue;
        (void)snprintf(path, sizeof(path), "Media/%.5s", inner[i]);
        fd = beneath_open_folder(in, path, true, &copying->fault);
        if (fd < 0)
            return copying->fault.code;
        file_io_sweep(fdopendir(fd), copying->started);
    }
    return ERR_OK;
}

/* A check makes nothing: in a folder that is missing it finds no copies. */
static enum err open_project(struct copying *copying, struct beneath *in)
{
    struct fault unused = { 0 };

    *in = (struct beneath){ .folder = -1 };
    if (copying->only_checks) {
        (void)beneath_open(in, copying->folder, copying->data, &unused);
        return ERR_OK;
    }
    if (file_make_dirs(copying->folder, 0755, &copying->fault) != ERR_OK ||
        beneath_open(in, copying->folder, copying->data, &copying->fault) != ERR_OK)
        return copying->fault.code;
    return make_folders(copying, in);
}

static void run_copying(struct errand *errand)
{
    struct copying *copying = (struct copying *)errand;
    struct beneath in;
    struct copy_step step = { .copying = copying, .in = &in, .fault = &copying->fault, .piece = alloc_bytes(PIECE) };
    enum err e = open_project(copying, &in);

    atomic_store(&copying->is_open, e == ERR_OK);
    for (uint32_t i = 0; e == ERR_OK && i < copying->check_count; i++) {
        check_copy(&step, &copying->checks[i]);
        atomic_store(&copying->checked, i + 1);
    }
    for (uint32_t i = 0; e == ERR_OK && i < copying->count; i++) {
        e = copy_item(&step, &copying->items[i]);
        if (e == ERR_OK)
            atomic_store(&copying->finished, i + 1);
    }
    copying->fault.code = e;
    beneath_close(&in);
    free(step.piece);
}

static void end_copying(struct errand *errand, bool lost)
{
    struct copying *copying = (struct copying *)errand;

    copying->done(copying->owner, copying, lost);
}

static void drop_copying(struct errand *errand)
{
    struct copying *copying = (struct copying *)errand;

    for (uint32_t i = 0; i < copying->count; i++)
        door_free(copying->items[i].from);
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
    copying->data = p->paths->data;
    copying->items = alloc_zeroed(count ? count : 1, sizeof(*copying->items));
    copying->checks = alloc_zeroed(checks ? checks : 1, sizeof(*copying->checks));
    return copying;
}

void copying_start(struct project *p, struct copying *copying, usec_t deadline)
{
    file_io_hurry(&copying->errand, patience_us, deadline);
    errand_start(p->errands, &copying->errand);
}
