#include "services/project/base/file_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/links.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/process/mount_point.h"
#include "common/shared/in_hand.h"
#include "proto/wire/json_bounds.h"

enum { ANSWER_US = 2000000 };
static const usec_t patience_us = (usec_t)10 * 1000000;

void file_io_sweep(DIR *folder, usec_t before)
{
    struct dirent *entry;
    struct stat stat;

    while (folder && (entry = readdir(folder)))
        if (file_is_left(entry->d_name) && fstatat(dirfd(folder), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(stat.st_mode) && clock_usec(stat.st_ctim) < before)
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

/* Sets the folder, and returns the name of the file below it. */
static const char *split_path(const struct file_io *io, char folder[PATH_MAX])
{
    char *slash = NULL;

    memcpy(folder, io->path, PATH_MAX);
    for (int names = io->kind == FILE_IO_MEDIA ? 3 : 1; names > 0; names--) {
        slash = strrchr(folder, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    return io->path + strlen(folder) + 1;
}

static const char *name_of(const struct file_io *io)
{
    char folder[PATH_MAX];

    return split_path(io, folder);
}

static bool makes_folder(const struct file_io *io)
{
    return io->kind == FILE_IO_WRITE || io->kind == FILE_IO_MEDIA || io->kind == FILE_IO_ABSENT;
}

static enum err open_folder(const struct file_io *io, struct beneath *folder, struct fault *fault)
{
    char path[PATH_MAX];

    (void)split_path(io, path);
    *folder = (struct beneath){ .folder = -1 };
    if (makes_folder(io) && file_make_dirs(path, 0755, fault) != ERR_OK)
        return fault->code;
    return beneath_open(folder, path, io->p->paths->data, fault);
}

/* ---- the work of a thread ---- */

/* True if the present bytes of the file are those that the caller expects to replace. */
static bool is_as_it_was(const struct file_io *io, enum err e, struct bytes found)
{
    char hex[33];

    if (e == ERR_NOT_FOUND)
        return !io->was[0];
    return e == ERR_OK && strcmp(hash_hex(hash_of(found.at, found.len), 32, hex), io->was) == 0;
}

static enum err renew_file(struct file_io *io, struct beneath *folder, struct fault *fault)
{
    struct fault why = { 0 };
    struct buffer found = { 0 };
    enum err e = beneath_read(folder, name_of(io), FILE_IO_MOST, &found, &why);

    if (is_as_it_was(io, e, buffer_bytes(&found))) {
        buffer_free(&found);
        return beneath_write(folder, name_of(io), buffer_bytes(&io->bytes), 0644, fault);
    }
    buffer_free(&io->bytes);
    io->bytes = found;
    *fault = why;
    return e;
}

static enum err check_absent(struct file_io *io, struct beneath *folder, struct fault *fault)
{
    struct stat st;

    if (fstatat(folder->folder, name_of(io), &st, AT_SYMLINK_NOFOLLOW) != 0)
        return ERR_OK;
    return fault_set(fault, ERR_EXISTS, "there is a project already: %.180s", io->path);
}

/* ---- files of a stranger ---- */

enum err file_take_in_hand(struct file_in_hand *reading, struct in_hand *hand, const char *path, struct bytes content,
                           struct fault *fault)
{
    const uint64_t key = in_hand_key(content.at, content.len);

    *reading = (struct file_in_hand){ .is_held = false };
    if (in_hand_deaths(hand, key) > 0) {
        fault_set(fault, ERR_INTERNAL, "the project service died while it read %.150s: it is not read again", path);
        return fault ? fault_hint(fault, "`loophole crash list` shows how; change the file, or remove it")
                     : ERR_INTERNAL;
    }
    reading->is_held = in_hand_try(hand, key);
    return ERR_OK;
}

void file_lay_down(const struct file_in_hand *reading)
{
    if (reading->is_held)
        in_hand_lay_down();
}

/* Long texts are not many values, but each of them is copied several times. */
static enum err check_content(struct text text, struct fault *fault)
{
    const enum err e = json_check_bounds(text, JSON_VALUES_FILE, fault);
    const uint32_t bytes = json_count_bytes(text);

    if (e != ERR_OK || bytes <= FILE_IO_CONTENT)
        return e;
    return fault_set(fault, ERR_TOO_LARGE, "the JSON has %u KiB without white space: at most %d KiB", bytes >> 10,
                     FILE_IO_CONTENT >> 10);
}

/* A file may come from a stranger: its bounds are checked first, and a thread reads it. */
static void read_document(struct file_io *io)
{
    const struct bytes bytes = buffer_bytes(&io->bytes);
    const struct text text = { bytes.len, (const char *)bytes.at };
    struct document *to = &io->document;
    struct file_in_hand reading;

    to->key = in_hand_key(bytes.at, bytes.len);
    to->unread.code = file_take_in_hand(&reading, io->hand, io->path, bytes, &to->unread);
    if (to->unread.code != ERR_OK)
        return;
    to->unread.code = check_content(text, &to->unread);
    if (to->unread.code == ERR_OK)
        to->unread.code = tree_read(text, &to->arena, &to->tree, &to->unread);
    file_lay_down(&reading);
}

/* ---- links out of the folder ---- */

struct seen_links {
    struct buffer *to;
    unsigned count;
};

static bool see_link(void *state, const struct link_out *link)
{
    struct seen_links *seen = state;

    buffer_add(seen->to, link->shown, strlen(link->shown) + 1);
    return ++seen->count < FILE_IO_LINKS;
}

static enum err trust_seen(struct file_io *io, struct beneath *folder, struct fault *fault)
{
    const enum err e = links_trust(folder, io->p->paths->data, buffer_bytes(&io->bytes), fault);

    buffer_reset(&io->bytes);
    return e;
}

/* Finds the links out before the file is read, because it may be one. */
static enum err read_file(struct file_io *io, struct beneath *folder, struct fault *fault)
{
    struct seen_links seen = { .to = &io->links };

    if (io->kind == FILE_IO_TRUST && trust_seen(io, folder, fault) != ERR_OK)
        return fault->code;
    if (io->kind != FILE_IO_READ && io->kind != FILE_IO_DOCUMENT)
        (void)links_each(folder, see_link, &seen);
    if (beneath_read(folder, name_of(io), FILE_IO_MOST, &io->bytes, fault) != ERR_OK)
        return fault->code;
    if (io->kind != FILE_IO_READ)
        read_document(io);
    return ERR_OK;
}

/* ---- the errand ---- */

static bool is_writing(const struct file_io *io)
{
    return io->kind == FILE_IO_WRITE || io->kind == FILE_IO_MEDIA || io->kind == FILE_IO_RENEW;
}

static void sweep_folders(const struct file_io *io, struct beneath *folder)
{
    file_io_sweep(beneath_list(folder, ""), io->started);
    if (io->kind != FILE_IO_SWEEP)
        return;
    file_io_sweep(beneath_list(folder, "Media/Audio"), io->started);
    file_io_sweep(beneath_list(folder, "Media/MIDI"), io->started);
    file_io_sweep(beneath_list(folder, "Media/Video"), io->started);
}

/* The indexer finds the Media of a project by its folder Audio. */
static enum err write_media(struct file_io *io, struct beneath *folder, struct fault *fault)
{
    const int audio = beneath_open_folder(folder, "Media/Audio", true, fault);

    if (audio < 0)
        return fault->code;
    (void)close(audio);
    return beneath_write(folder, name_of(io), buffer_bytes(&io->bytes), 0644, fault);
}

static enum err do_io(struct file_io *io, struct beneath *folder, struct fault *fault)
{
    switch (io->kind) {
    case FILE_IO_READ:
    case FILE_IO_DOCUMENT:
    case FILE_IO_OPEN:
    case FILE_IO_TRUST:
        return read_file(io, folder, fault);
    case FILE_IO_MEDIA:
        return write_media(io, folder, fault);
    case FILE_IO_WRITE:
        return beneath_write(folder, name_of(io), buffer_bytes(&io->bytes), 0644, fault);
    case FILE_IO_RENEW:
        return renew_file(io, folder, fault);
    case FILE_IO_ABSENT:
        return check_absent(io, folder, fault);
    case FILE_IO_SWEEP:
        break;
    }
    return ERR_OK;
}

static void run_io(struct errand *errand)
{
    struct file_io *io = (struct file_io *)errand;
    struct fault *fault = &io->fault;
    struct beneath folder;

    fault->code = open_folder(io, &folder, fault);
    if (fault->code == ERR_OK) {
        sweep_folders(io, &folder);
        fault->code = do_io(io, &folder, fault);
        if (!is_writing(io))
            memcpy(io->real, folder.path, sizeof(io->real));
    } else if (io->kind == FILE_IO_SWEEP)
        *fault = (struct fault){ 0 };
    beneath_close(&folder);
}

void file_move_document(struct document *to, struct document *from)
{
    arena_free(&to->arena);
    *to = *from;
    *from = (struct document){ .key = 0 };
}

/* ---- one write of a file after the other ---- */

/* Returns the oldest write of this file that has not ended. */
static struct file_io *first_write(const struct project *p, const char *path)
{
    struct file_io *io = p->writes;

    while (io && strcmp(io->path, path) != 0)
        io = io->next;
    return io;
}

static void start_write(struct file_io *io)
{
    if (!io || io->is_started)
        return;
    io->is_started = true;
    errand_start(io->p->errands, &io->errand);
}

static void add_write(struct file_io *io)
{
    struct file_io **end = &io->p->writes;

    while (*end)
        end = &(*end)->next;
    *end = io;
    start_write(first_write(io->p, io->path));
}

/* A write that hangs is given up, and the next one of its file begins. */
static void leave_writes(struct file_io *io)
{
    struct file_io **at = &io->p->writes;

    while (*at && *at != io)
        at = &(*at)->next;
    if (*at)
        *at = io->next;
    start_write(first_write(io->p, io->path));
}

static void end_io(struct errand *errand, bool lost)
{
    struct file_io *io = (struct file_io *)errand;
    struct file_io late = { .path = "" };

    if (is_writing(io))
        leave_writes(io);
    if (!lost) {
        io->done(io->owner, io);
        return;
    }
    mount_point_blame(io->path, &late.fault, "it has %.200s", io->path);
    late.kind = io->kind;
    io->done(io->owner, &late);
}

static void drop_io(struct errand *errand)
{
    struct file_io *io = (struct file_io *)errand;

    buffer_free(&io->bytes);
    arena_free(&io->document.arena);
    buffer_free(&io->links);
    free(io);
}

void file_io_close(struct project *p)
{
    struct file_io *next;

    for (struct file_io *io = p->writes; io; io = next) {
        next = io->next;
        if (!io->is_started)
            drop_io(&io->errand);
    }
    p->writes = NULL;
}

/* ---- starting ---- */

usec_t file_io_patience(usec_t deadline)
{
    const usec_t left = deadline - clock_steady();
    const usec_t most = left / 2 > left - ANSWER_US ? left / 2 : left - ANSWER_US;

    return most < 1 ? 1 : most;
}

void file_io_hurry(struct errand *errand, usec_t most, usec_t deadline)
{
    const usec_t now = clock_steady(), half = deadline > now ? (deadline - now) / 2 : 1;

    errand->patience = half < most ? half : most;
    errand->answer_by = now + file_io_patience(deadline);
}

static struct file_io *new_io(struct project *p, enum file_io_kind kind, const char *path, struct bytes bytes)
{
    struct file_io *io = alloc_zeroed(1, sizeof(*io));

    io->errand = (struct errand){ .run = run_io, .done = end_io, .drop = drop_io, .patience = patience_us };
    io->kind = kind;
    io->p = p;
    io->started = p->started;
    io->hand = service_in_hand(p->service);
    snprintf(io->path, sizeof(io->path), "%s", path);
    buffer_add(&io->bytes, bytes.at, bytes.len);
    return io;
}

void file_io_start(struct project *p, enum file_io_kind kind, const char *path, struct bytes bytes, usec_t patience,
                   void (*done)(void *owner, struct file_io *io), void *owner)
{
    struct file_io *io = new_io(p, kind, path, bytes);

    if (patience > 0 && patience < patience_us)
        io->errand.patience = patience;
    io->done = done;
    io->owner = owner;
    if (is_writing(io))
        add_write(io);
    else
        errand_start(p->errands, &io->errand);
}

void file_io_renew(struct project *p, const char *path, const char *was, struct bytes bytes,
                   void (*done)(void *owner, struct file_io *io), void *owner)
{
    struct file_io *io = new_io(p, FILE_IO_RENEW, path, bytes);

    snprintf(io->was, sizeof(io->was), "%.32s", was);
    io->done = done;
    io->owner = owner;
    add_write(io);
}
