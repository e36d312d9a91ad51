#include "services/project/pattern/slot_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/file.h"
#include "common/process/log.h"
#include "common/process/mount_point.h"
#include "services/project/base/file_io.h"
#include "services/project/pattern/slot_pack.h"
#include "services/project/pattern/slot_parse.h"
#include "store/pattern/gzip.h"
#include "store/pattern/pattern_file.h"

enum { LOCK_LOOK_US = 5000, NAMES_MOST = 64 };
/* Less than the 10 s that the command line and OSC wait: they are to say which disk it is. */
static const usec_t patience_us = (usec_t)8 * 1000000;

/* ---- the lock ---- */

static enum err wait_for_lock(struct slot_io *io, int fd)
{
    const usec_t until = clock_steady() + SLOT_LOCK_MS * 1000;

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fault_errno(&io->fault, ERR_IO, errno, "the folder of patterns cannot be locked");
        if (clock_steady() >= until)
            return fault_set(&io->fault, ERR_BUSY, "another engine has locked the folder of patterns");
        if (!errand_goes_on(&io->errand))
            return fault_set(&io->fault, ERR_OFFLINE, "the service is stopping");
        clock_sleep(LOCK_LOOK_US);
    }
    return ERR_OK;
}

/* Returns the lock's descriptor, or -1 with the fault. */
static int lock_bank(struct slot_io *io, struct beneath *in)
{
    int fd = io->writes ? beneath_open_folder(in, "patterns", true, &io->fault) : -1;

    if (io->writes && fd < 0)
        return -1;
    if (fd >= 0)
        (void)close(fd);
    fd = beneath_open_file(in, SLOT_LOCK, O_RDWR | (io->writes ? O_CREAT : 0), 0644, &io->fault);
    if (fd >= 0 && wait_for_lock(io, fd) != ERR_OK) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* ---- backups ---- */

/* The name of a backup contains the second of its making, and a number if there are several backups of that second. */
struct slot_backup {
    char name[NAME_MAX + 1];
    long long second;
    int number;
};

static int order_backups(const void *a, const void *b)
{
    const struct slot_backup *x = a, *y = b;

    if (x->second != y->second)
        return x->second < y->second ? 1 : -1;
    return (x->number < y->number) - (x->number > y->number);
}

static bool read_name(const char *name, uint32_t slot, struct slot_backup *to)
{
    unsigned number;
    int end = 0;

    *to = (struct slot_backup){ 0 };
    (void)snprintf(to->name, sizeof(to->name), "%s", name);
    if (sscanf(name, "slot_%u_%lld.backup%n", &number, &to->second, &end) == 2 && end && !name[end])
        return number == slot;
    return sscanf(name, "slot_%u_%lld-%d.backup%n", &number, &to->second, &to->number, &end) == 3 && end &&
           !name[end] && number == slot;
}

/* Lists the backups of a slot, the newest first. */
static uint32_t list_backups(struct beneath *in, uint32_t number, struct slot_backup to[NAMES_MOST])
{
    DIR *directory = beneath_list(in, SLOT_BACKUP_FOLDER);
    struct dirent *entry;
    uint32_t count = 0;

    while (directory && (entry = readdir(directory)) && count < NAMES_MOST)
        count += read_name(entry->d_name, number, &to[count]);
    if (directory)
        (void)closedir(directory);
    qsort(to, count, sizeof(*to), order_backups);
    return count;
}

static void drop_old_backups(struct beneath *in, int folder, uint32_t number)
{
    struct slot_backup backups[NAMES_MOST];
    const uint32_t count = list_backups(in, number, backups);

    for (uint32_t i = SLOT_BACKUPS; i < count; i++)
        (void)unlinkat(folder, backups[i].name, 0);
}

/* The name of a backup that is newer than the newest, also if the clock was set back. */
static void name_backup(struct beneath *in, uint32_t slot, char name[NAME_MAX + 1])
{
    struct slot_backup backups[NAMES_MOST] = { 0 };
    const struct slot_backup *newest = &backups[0];
    const uint32_t count = list_backups(in, slot, backups);
    const long long now = (long long)time(NULL), second = now > newest->second ? now : newest->second;
    const int number = count && second == newest->second ? newest->number + 1 : 0;

    if (number == 0)
        (void)snprintf(name, NAME_MAX + 1, "slot_%03u_%lld.backup", slot, second);
    else
        (void)snprintf(name, NAME_MAX + 1, "slot_%03u_%lld-%d.backup", slot, second, number);
}

/* What a backup keeps of a file: its bytes. A link that is not followed has those that the slot had. False: nothing, or
 * the text that is written: a repeated ask writes it again, and its backup would push out an older one. */
static bool read_earlier(struct beneath *in, const struct beneath_place *place, const struct slot_file *file,
                         struct buffer *to, struct fault *fault)
{
    if (!place->is_out) {
        fault->code = beneath_read(in, file->name, FILE_IO_MOST, to, fault);
        if (fault->code == ERR_NOT_FOUND || fault->code == ERR_BAD_REQUEST)
            *fault = (struct fault){ 0 };
    } else
        buffer_add(to, file->earlier.at, file->earlier.len);
    return fault->code == ERR_OK && to->len > 0 &&
           (file->removes || !bytes_equal(buffer_bytes(to), buffer_bytes(&file->bytes)));
}

/* Keeps the bytes of the current file in the folder of backups, and sets the backup's name; "" if there are none. It
 * is a copy: another name of the same file would change with it. Errors: io, full, denied. */
static enum err keep_backup(struct slot_io *io, struct beneath *in, const struct beneath_place *place,
                            const struct slot_file *file, int folder, char name[NAME_MAX + 1])
{
    struct buffer bytes = { 0 };
    enum err e = ERR_OK;

    name[0] = '\0';
    if (read_earlier(in, place, file, &bytes, &io->fault)) {
        name_backup(in, file->number, name);
        e = file_replace_at(folder, name, buffer_bytes(&bytes), 0644, &io->fault);
    }
    buffer_free(&bytes);
    return e == ERR_OK ? io->fault.code : e;
}

/* ---- files ---- */

/* `why`: set if the file is not read at all. */
static bool is_pattern(const struct slot_io *io, const char *name, struct bytes bytes, struct fault *why)
{
    struct pattern_file *file = alloc_zeroed(1, sizeof(*file));
    const struct text text = { bytes.len, (const char *)bytes.at };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    const enum err e = slot_parse(io->hand, name, text, &arena, file, &fault);

    if (e == ERR_INTERNAL)
        *why = fault;
    arena_free(&arena);
    free(file);
    return e == ERR_OK;
}

static void find_backup(const struct slot_io *io, struct beneath *in, struct slot_file *file)
{
    struct slot_backup backups[NAMES_MOST];
    char name[NAME_MAX + 32];
    const uint32_t count = list_backups(in, file->number, backups);

    for (uint32_t i = 0; i < count && !file->backup[0]; i++) {
        struct buffer packed = { 0 }, bytes = { 0 };
        struct fault unused = { 0 };

        (void)snprintf(name, sizeof(name), SLOT_BACKUP_FOLDER "/%.255s", backups[i].name);
        if (beneath_read(in, name, PATTERN_FILE_BYTES, &packed, &unused) == ERR_OK &&
            gzip_read(buffer_bytes(&packed), PATTERN_FILE_BYTES, &bytes, &unused) == ERR_OK &&
            is_pattern(io, name, buffer_bytes(&bytes), &unused))
            memcpy(file->backup, backups[i].name, sizeof(file->backup));
        buffer_free(&packed);
        buffer_free(&bytes);
    }
}

static bool is_link_out(struct beneath *in, const char *name)
{
    struct beneath_place place;
    struct fault unused = { 0 };

    return beneath_find(in, name, false, &place, &unused) == ERR_OK && (close(place.folder), place.is_out);
}

static void read_slot_file(struct slot_io *io, struct beneath *in, struct slot_file *file)
{
    file->fault.code = beneath_read(in, file->name, PATTERN_FILE_BYTES, &file->bytes, &file->fault);
    file->is_out = file->fault.code == ERR_DENIED && is_link_out(in, file->name);
    if (file->is_out)
        file->fault = (struct fault){ .code = ERR_NOT_FOUND };
    if (!io->needs_no_backup && file->fault.code != ERR_NOT_FOUND &&
        (file->fault.code != ERR_OK || !is_pattern(io, file->name, buffer_bytes(&file->bytes), &file->fault)))
        find_backup(io, in, file);
}

static bool see_place(const struct beneath_place *place, struct stat *to)
{
    return fstatat(place->folder, place->name, to, AT_SYMLINK_NOFOLLOW) == 0;
}

/* An error after the rename leaves the new file. */
static bool is_same_file(const struct beneath_place *place, const struct stat *before)
{
    struct stat now;

    return see_place(place, &now) && now.st_dev == before->st_dev && now.st_ino == before->st_ino;
}

/* A backup of a file that was not replaced is no backup, and must not push out an older one. */
static enum err change_slot_file(struct slot_io *io, struct beneath *in, const struct beneath_place *place,
                                 const struct slot_file *file, int folder)
{
    char backup[NAME_MAX + 1];
    struct stat before = { 0 };
    enum err e = keep_backup(io, in, place, file, folder, backup);

    if (e != ERR_OK)
        return e;
    (void)see_place(place, &before);
    if (place->is_out)
        log_warn("%.60s led out of the folder %.150s: a file takes its place", file->name, in->path);
    e = file->removes ? beneath_remove(in, file->name, &io->fault)
                      : beneath_write(in, file->name, buffer_bytes(&file->bytes), 0644, &io->fault);
    if (e == ERR_OK)
        drop_old_backups(in, folder, file->number);
    else if (backup[0] && is_same_file(place, &before))
        (void)unlinkat(folder, backup, 0);
    return e;
}

static enum err write_slot_file(struct slot_io *io, struct beneath *in, const struct slot_file *file)
{
    struct beneath_place place;
    enum err e = beneath_find(in, file->name, true, &place, &io->fault);
    int folder;

    if (e != ERR_OK)
        return e;
    folder = beneath_open_folder(in, SLOT_BACKUP_FOLDER, true, &io->fault);
    e = folder < 0 ? io->fault.code : change_slot_file(io, in, &place, file, folder);
    if (folder >= 0)
        (void)close(folder);
    (void)close(place.folder);
    return e;
}

/* Only this engine writes now, so each temporary file belongs to an engine that died. */
static void sweep_folders(const struct slot_io *io, struct beneath *in)
{
    char folder[SLOT_NAME], last[SLOT_NAME] = "";

    for (uint32_t i = 0; i < io->count; i++) {
        (void)snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(io->files[i].name, '/') - io->files[i].name),
                       io->files[i].name);
        if (strcmp(folder, last) != 0)
            file_io_sweep(beneath_list(in, folder), INT64_MAX);
        memcpy(last, folder, sizeof(last));
    }
}

/* ---- all files ---- */

/* A copy of a slot's file under another name, or in the folder of another bank, is not a slot. */
static bool is_own_place(const char *bank, const char *name, uint32_t number)
{
    char place[PATH_MAX], own[SLOT_NAME];

    (void)snprintf(place, sizeof(place), "patterns/slots/%.255s/%.255s", bank, name);
    slot_name_file(number, own);
    return strcmp(place, own) == 0;
}

static void list_slot_file(struct slot_io *io, const char *bank, const char *name)
{
    struct slot_file *file;
    unsigned number;
    int end = 0;

    if (sscanf(name, "slot_%u.json%n", &number, &end) != 1 || name[end] || number < 1 ||
        number > SLOTS_BANK * SLOTS_BANKS || io->count == SLOTS_BANK * SLOTS_BANKS || !is_own_place(bank, name, number))
        return;
    if ((io->count & (io->count - 1)) == 0)
        io->files = alloc_grow(io->files, io->count ? 2 * (size_t)io->count : 1, sizeof(*io->files));
    file = &io->files[io->count++];
    *file = (struct slot_file){ .number = number };
    slot_name_file(number, file->name);
}

static void find_in_bank(struct slot_io *io, struct beneath *in, const char *bank)
{
    char name[NAME_MAX + 32];
    struct dirent *entry;
    DIR *directory;

    (void)snprintf(name, sizeof(name), "patterns/slots/%.255s", bank);
    directory = beneath_list(in, name);
    while (directory && (entry = readdir(directory)))
        list_slot_file(io, bank, entry->d_name);
    if (directory)
        (void)closedir(directory);
}

static void find_files(struct slot_io *io, struct beneath *in)
{
    DIR *directory = beneath_list(in, "patterns/slots");
    struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        if (strncmp(entry->d_name, "bank_", 5) == 0)
            find_in_bank(io, in, entry->d_name);
    if (directory)
        (void)closedir(directory);
}

static void pass_files(struct slot_io *io, struct beneath *in)
{
    for (uint32_t i = 0; i < io->count && io->fault.code == ERR_OK; i++) {
        if (io->writes)
            io->fault.code = write_slot_file(io, in, &io->files[i]);
        else
            read_slot_file(io, in, &io->files[i]);
        (void)errand_goes_on(&io->errand);
    }
}

/* Reading goes on without a lock: the folder may be read-only, or have no patterns. */
static void run_locked(struct slot_io *io, struct beneath *in)
{
    const int lock = lock_bank(io, in);

    if (lock < 0 && io->writes)
        return;
    if (io->writes && atomic_load(&io->errand.lost)) { /* a newer write may have ended */
        (void)close(lock);
        return;
    }
    io->fault = (struct fault){ 0 };
    if (io->finds)
        find_files(io, in);
    if (lock >= 0)
        sweep_folders(io, in);
    pass_files(io, in);
    if (lock >= 0)
        (void)close(lock);
}

static enum err open_project(struct slot_io *io, struct beneath *in)
{
    *in = (struct beneath){ .folder = -1 };
    if (io->writes && file_make_dirs(io->folder, 0755, &io->fault) != ERR_OK)
        return io->fault.code;
    return beneath_open(in, io->folder, io->p->paths->data, &io->fault);
}

static void run_io(struct errand *errand)
{
    struct slot_io *io = (struct slot_io *)errand;
    struct beneath in;

    if (open_project(io, &in) == ERR_OK)
        run_locked(io, &in);
    else if (!io->writes) {
        for (uint32_t i = 0; i < io->count; i++)
            io->files[i].fault = io->fault;
        io->fault = (struct fault){ 0 };
    }
    beneath_close(&in);
}

static void end_io(struct errand *errand, bool lost)
{
    struct slot_io *io = (struct slot_io *)errand;
    struct slot_io late = { .writes = io->writes };

    if (!lost) {
        io->done(io->owner, io);
        return;
    }
    mount_point_blame(io->folder, &late.fault, "it has %.200s", io->folder);
    io->done(io->owner, &late);
}

static void drop_io(struct errand *errand)
{
    struct slot_io *io = (struct slot_io *)errand;

    for (uint32_t i = 0; i < io->count; i++) {
        buffer_free(&io->files[i].bytes);
        buffer_free(&io->files[i].earlier);
    }
    free(io->files);
    free(io);
}

struct slot_io *slot_io_new(struct text folder, uint32_t count, bool writes)
{
    struct slot_io *io = alloc_zeroed(1, sizeof(*io));

    io->errand = (struct errand){ .run = run_io, .done = end_io, .drop = drop_io, .patience = patience_us };
    io->writes = writes;
    io->count = count;
    io->files = alloc_zeroed(count ? count : 1, sizeof(*io->files));
    (void)snprintf(io->folder, sizeof(io->folder), "%.*s", TEXT_ARG(folder));
    return io;
}

void slot_io_hurry(struct slot_io *io, usec_t deadline)
{
    file_io_hurry(&io->errand, patience_us, deadline);
}

void slot_io_start(struct project *p, struct slot_io *io, void (*done)(void *owner, struct slot_io *io), void *owner)
{
    io->p = p;
    io->done = done;
    io->owner = owner;
    io->hand = service_in_hand(p->service);
    slot_pack_soon(p, io->folder, io->writes);
    errand_start(p->errands, &io->errand);
}
