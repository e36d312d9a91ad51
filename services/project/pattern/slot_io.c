#include "services/project/pattern/slot_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "services/project/base/file_io.h"
#include "services/project/pattern/slot.h"
#include "services/project/pattern/slot_pack.h"
#include "store/pattern/gzip.h"
#include "store/pattern/pattern_file.h"

enum { LOCK_STEP_MS = 5, NAMES_MOST = 64, TRIES = 100, BACKUP_PATH = PATH_MAX + 64 };
/* Less than the 10 s that the command line and OSC wait: they are to say which disk it is. */
static const usec_t patience_us = (usec_t)8 * 1000000;

/* ---- the lock ---- */

static enum err wait_for_lock(struct slot_io *io, int fd)
{
    const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };

    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fault_errno(&io->fault, ERR_IO, errno, "the folder of patterns cannot be locked");
        if (waited >= SLOT_LOCK_MS)
            return fault_set(&io->fault, ERR_BUSY, "another engine has locked the folder of patterns");
        if (!errand_goes_on(&io->errand))
            return fault_set(&io->fault, ERR_OFFLINE, "the service is stopping");
        (void)nanosleep(&step, NULL);
    }
    return ERR_OK;
}

/* Returns the lock's descriptor, or -1 with the fault. */
static int lock_bank(struct slot_io *io)
{
    char path[PATH_MAX + 8];
    int fd;

    if (io->writes && file_make_dirs(io->folder, 0755, &io->fault) != ERR_OK)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/.lock", io->folder);
    fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | (io->writes ? O_CREAT : 0), 0644);
    if (fd < 0) {
        fault_errno(&io->fault, file_err(errno), errno, "the folder of patterns cannot be locked");
        return -1;
    }
    if (wait_for_lock(io, fd) != ERR_OK) {
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
static uint32_t list_backups(const struct slot_io *io, uint32_t number, struct slot_backup to[NAMES_MOST])
{
    char folder[PATH_MAX + 16];
    struct dirent *entry;
    uint32_t count = 0;
    DIR *directory;

    (void)snprintf(folder, sizeof(folder), "%s/backups", io->folder);
    directory = opendir(folder);
    while (directory && (entry = readdir(directory)) && count < NAMES_MOST)
        count += read_name(entry->d_name, number, &to[count]);
    if (directory)
        (void)closedir(directory);
    qsort(to, count, sizeof(*to), order_backups);
    return count;
}

static void drop_old_backups(const struct slot_io *io, uint32_t number)
{
    struct slot_backup backups[NAMES_MOST];
    char path[PATH_MAX + NAME_MAX + 16];
    const uint32_t count = list_backups(io, number, backups);

    for (uint32_t i = SLOT_BACKUPS; i < count; i++) {
        (void)snprintf(path, sizeof(path), "%s/backups/%.255s", io->folder, backups[i].name);
        (void)unlink(path);
    }
}

/* Drives for cameras and some network disks have no hard links. */
static bool lacks_links(int number)
{
    return number == EPERM || number == EOPNOTSUPP || number == ENOSYS || number == EMLINK;
}

/* Copies the current file to the name of a backup that does not exist. */
static enum err copy_backup(struct slot_io *io, const struct slot_file *file, const char *path)
{
    struct buffer bytes = { 0 };
    enum err e = file_read_all(file->path, FILE_IO_MOST, &bytes, &io->fault);

    if (e == ERR_OK)
        e = file_write_atomic(path, buffer_bytes(&bytes), 0644, &io->fault);
    buffer_free(&bytes);
    return e;
}

/* Links the current file as the newest backup, also if the clock was set back, and sets `path` to it. */
static enum err link_backup(struct slot_io *io, const struct slot_file *file, const struct slot_backup *newest,
                            char path[BACKUP_PATH])
{
    const long long now = (long long)time(NULL), second = now > newest->second ? now : newest->second;
    const int first = second == newest->second ? newest->number + 1 : 0;
    int number = 0;

    for (int n = first; n < first + TRIES; n++) {
        if (n == 0)
            (void)snprintf(path, BACKUP_PATH, "%s/backups/slot_%03u_%lld.backup", io->folder, file->number, second);
        else
            (void)snprintf(path, BACKUP_PATH, "%s/backups/slot_%03u_%lld-%d.backup", io->folder, file->number, second,
                           n);
        number = link(file->path, path) == 0 ? 0 : errno;
        if (number == 0)
            return ERR_OK;
        if (lacks_links(number) && access(path, F_OK) != 0)
            return copy_backup(io, file, path);
        if (number != EEXIST && !lacks_links(number))
            break;
    }
    return fault_errno(&io->fault, file_err(number), number, "the backup %.150s cannot be made", path);
}

/* Gives the current file a second name, and sets `path` to it; "" if no file is there. Errors: io, full, denied. */
static enum err keep_backup(struct slot_io *io, const struct slot_file *file, char path[BACKUP_PATH])
{
    struct slot_backup backups[NAMES_MOST];
    char folder[PATH_MAX + 16];
    uint32_t count;

    path[0] = '\0';
    (void)snprintf(folder, sizeof(folder), "%s/backups", io->folder);
    if (access(file->path, F_OK) != 0)
        return ERR_OK;
    if (access(folder, F_OK) != 0 && file_make_dirs(folder, 0755, &io->fault) != ERR_OK)
        return io->fault.code;
    count = list_backups(io, file->number, backups);
    return link_backup(io, file, count ? &backups[0] : &(struct slot_backup){ 0 }, path);
}

/* ---- files ---- */

static bool is_pattern(struct bytes bytes)
{
    struct pattern_file *file = alloc_zeroed(1, sizeof(*file));
    struct arena arena = { 0 };
    const bool good =
        pattern_file_read((struct text){ bytes.len, (const char *)bytes.at }, &arena, file, NULL) == ERR_OK;

    arena_free(&arena);
    free(file);
    return good;
}

static void find_backup(struct slot_io *io, struct slot_file *file)
{
    struct slot_backup backups[NAMES_MOST];
    char path[PATH_MAX + NAME_MAX + 16];
    const uint32_t count = list_backups(io, file->number, backups);

    for (uint32_t i = 0; i < count && !file->backup[0]; i++) {
        struct buffer bytes = { 0 };
        struct fault unused = { 0 };

        (void)snprintf(path, sizeof(path), "%s/backups/%.255s", io->folder, backups[i].name);
        if (gzip_read_file(path, PATTERN_FILE_BYTES, &bytes, &unused) == ERR_OK && is_pattern(buffer_bytes(&bytes)))
            memcpy(file->backup, backups[i].name, sizeof(file->backup));
        buffer_free(&bytes);
    }
}

static bool is_pattern_file(const struct slot_io *io, struct slot_file *file)
{
    const struct bytes bytes = buffer_bytes(&file->bytes);
    struct file_in_hand reading;
    bool good;

    if (file->fault.code == ERR_OK)
        file->fault.code = file_take_in_hand(&reading, io->hand, file->path, bytes, &file->fault);
    if (file->fault.code != ERR_OK)
        return false;
    good = is_pattern(bytes);
    file_lay_down(&reading);
    return good;
}

static void read_slot_file(struct slot_io *io, struct slot_file *file)
{
    file->fault.code = file_read_all(file->path, PATTERN_FILE_BYTES, &file->bytes, &file->fault);
    if (!io->needs_no_backup && file->fault.code != ERR_NOT_FOUND && !is_pattern_file(io, file))
        find_backup(io, file);
}

static void folder_of(const struct slot_file *file, char folder[PATH_MAX])
{
    char *slash;

    memcpy(folder, file->path, PATH_MAX);
    slash = strrchr(folder, '/');
    *slash = '\0';
}

static enum err change_slot_file(struct slot_io *io, const struct slot_file *file, const char *folder)
{
    enum err e = ERR_OK;

    if (!file->removes)
        return file_write_through(file->path, buffer_bytes(&file->bytes), 0644, &io->fault);
    if (unlink(file->path) != 0 && errno != ENOENT)
        e = fault_errno(&io->fault, file_err(errno), errno, "%.150s cannot be removed", file->path);
    return e == ERR_OK ? file_sync(folder, &io->fault) : e;
}

/* An error after the rename leaves the new file. */
static bool is_same_file(const char *path, const struct stat *before)
{
    struct stat now;

    return stat(path, &now) == 0 && now.st_dev == before->st_dev && now.st_ino == before->st_ino;
}

/* A backup of a file that was not replaced is no backup, and must not push out an older one. */
static enum err write_slot_file(struct slot_io *io, const struct slot_file *file)
{
    char folder[PATH_MAX], backup[BACKUP_PATH];
    struct stat before = { 0 };
    enum err e;

    folder_of(file, folder);
    e = file_make_dirs(folder, 0755, &io->fault);
    if (e == ERR_OK)
        e = keep_backup(io, file, backup);
    if (e != ERR_OK)
        return e;
    (void)stat(file->path, &before);
    e = change_slot_file(io, file, folder);
    if (e == ERR_OK)
        drop_old_backups(io, file->number);
    else if (backup[0] && is_same_file(file->path, &before))
        (void)unlink(backup);
    return e;
}

/* No engine writes while this one has the lock, so each temporary file belongs to an engine that died. */
static void sweep_folders(const struct slot_io *io)
{
    char folder[PATH_MAX], last[PATH_MAX] = "";

    for (uint32_t i = 0; i < io->count; i++) {
        folder_of(&io->files[i], folder);
        if (strcmp(folder, last) != 0)
            file_io_sweep(folder, INT64_MAX);
        memcpy(last, folder, sizeof(last));
    }
}

/* ---- all files ---- */

/* A copy of a slot's file under another name, or in the folder of another bank, is not a slot. */
static bool is_own_place(const char *bank, const char *name, uint32_t number)
{
    char place[PATH_MAX];
    struct arena arena = { 0 };
    bool is_own;

    (void)snprintf(place, sizeof(place), "/patterns/slots/%.255s/%.255s", bank, name);
    is_own = text_is(slot_path(&arena, TEXT(""), number), place);
    arena_free(&arena);
    return is_own;
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
    (void)snprintf(file->path, sizeof(file->path), "%.3800s/slots/%.64s/%.64s", io->folder, bank, name);
}

static void find_in_bank(struct slot_io *io, const char *bank)
{
    char path[PATH_MAX + 300];
    struct dirent *entry;
    DIR *directory;

    (void)snprintf(path, sizeof(path), "%s/slots/%.255s", io->folder, bank);
    directory = opendir(path);
    while (directory && (entry = readdir(directory)))
        list_slot_file(io, bank, entry->d_name);
    if (directory)
        (void)closedir(directory);
}

static void find_files(struct slot_io *io)
{
    char path[PATH_MAX + 16];
    struct dirent *entry;
    DIR *directory;

    (void)snprintf(path, sizeof(path), "%s/slots", io->folder);
    directory = opendir(path);
    while (directory && (entry = readdir(directory)))
        if (strncmp(entry->d_name, "bank_", 5) == 0)
            find_in_bank(io, entry->d_name);
    if (directory)
        (void)closedir(directory);
}

static void run_io(struct errand *errand)
{
    struct slot_io *io = (struct slot_io *)errand;
    int lock = -1;

    if (io->writes || access(io->folder, F_OK) == 0) {
        lock = lock_bank(io);
        if (lock < 0 && io->writes)
            return;
    }
    if (io->writes && atomic_load(&errand->lost)) { /* a newer write may have ended */
        (void)close(lock);
        return;
    }
    io->fault = (struct fault){ 0 };
    if (io->finds)
        find_files(io);
    if (lock >= 0)
        sweep_folders(io);
    for (uint32_t i = 0; i < io->count && io->fault.code == ERR_OK; i++) {
        if (io->writes)
            io->fault.code = write_slot_file(io, &io->files[i]);
        else
            read_slot_file(io, &io->files[i]);
        (void)errand_goes_on(errand);
    }
    if (lock >= 0)
        (void)close(lock);
}

static void end_io(struct errand *errand, bool lost)
{
    struct slot_io *io = (struct slot_io *)errand;
    struct slot_io late = { .writes = io->writes };

    if (!lost) {
        io->done(io->owner, io);
        return;
    }
    fault_set(&late.fault, ERR_TIMEOUT, "the folder of the project does not answer");
    io->done(io->owner, &late);
}

static void drop_io(struct errand *errand)
{
    struct slot_io *io = (struct slot_io *)errand;

    for (uint32_t i = 0; i < io->count; i++)
        buffer_free(&io->files[i].bytes);
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
    (void)snprintf(io->folder, sizeof(io->folder), "%.*s/patterns", TEXT_ARG(folder));
    return io;
}

void slot_io_start(struct project *p, struct slot_io *io, void (*done)(void *owner, struct slot_io *io), void *owner)
{
    io->done = done;
    io->owner = owner;
    io->hand = service_in_hand(p->service);
    slot_pack_soon(p, io->folder, io->writes);
    errand_start(p->errands, &io->errand);
}
