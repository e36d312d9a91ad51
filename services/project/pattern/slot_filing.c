#include "services/project/pattern/slot_filing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "services/project/base/filing.h"
#include "store/pattern/pattern_file.h"

enum { LOCK_STEP_MS = 5, NAMES_MOST = 64, TRIES = 100 };
static const usec_t patience_us = (usec_t)10 * 1000000;

/* ---- the lock ---- */

static enum err wait_for_lock(struct slot_filing *filing, int fd)
{
    const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };

    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fault_errno(&filing->fault, ERR_IO, errno, "the folder of patterns cannot be locked");
        if (waited >= SLOT_LOCK_MS)
            return fault_set(&filing->fault, ERR_BUSY, "another engine has locked the folder of patterns");
        if (!errand_goes_on(&filing->errand))
            return fault_set(&filing->fault, ERR_OFFLINE, "the service ends");
        (void)nanosleep(&step, NULL);
    }
    return ERR_OK;
}

/* Returns the lock's descriptor, or -1 with the fault. */
static int take_lock(struct slot_filing *filing)
{
    char path[PATH_MAX + 8];
    int fd;

    if (filing->writes && file_make_dirs(filing->folder, 0755, &filing->fault) != ERR_OK)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/.lock", filing->folder);
    fd = open(path, O_RDWR | O_CLOEXEC | (filing->writes ? O_CREAT : 0), 0644);
    if (fd < 0) {
        fault_errno(&filing->fault, ERR_IO, errno, "the folder of patterns cannot be locked");
        return -1;
    }
    if (wait_for_lock(filing, fd) != ERR_OK) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* ---- backups ---- */

static int order_names(const void *a, const void *b)
{
    return -strverscmp(a, b);
}

/* Lists the backups of a slot, the newest first. */
static uint32_t list_backups(const struct slot_filing *filing, uint32_t number, char (*names)[NAME_MAX + 1])
{
    char folder[PATH_MAX + 16], start[32];
    struct dirent *entry;
    uint32_t count = 0;
    DIR *directory;

    (void)snprintf(folder, sizeof(folder), "%s/backups", filing->folder);
    (void)snprintf(start, sizeof(start), "slot_%03u_", number);
    directory = opendir(folder);
    while (directory && (entry = readdir(directory)) && count < NAMES_MOST)
        if (strncmp(entry->d_name, start, strlen(start)) == 0 && strstr(entry->d_name, ".backup"))
            (void)snprintf(names[count++], NAME_MAX + 1, "%s", entry->d_name);
    if (directory)
        (void)closedir(directory);
    qsort(names, count, NAME_MAX + 1, order_names);
    return count;
}

static void drop_old_backups(const struct slot_filing *filing, uint32_t number)
{
    char names[NAMES_MOST][NAME_MAX + 1], path[PATH_MAX + NAME_MAX + 16];
    const uint32_t count = list_backups(filing, number, names);

    for (uint32_t i = SLOT_BACKUPS; i < count; i++) {
        (void)snprintf(path, sizeof(path), "%s/backups/%.255s", filing->folder, names[i]);
        (void)unlink(path);
    }
}

/* Gives the present file a second name. Errors: io. */
static enum err keep_backup(struct slot_filing *filing, const struct slot_file *file)
{
    char path[PATH_MAX + 64];
    const long long now = (long long)time(NULL);

    (void)snprintf(path, sizeof(path), "%s/backups", filing->folder);
    if (access(file->path, F_OK) != 0)
        return ERR_OK;
    if (file_make_dirs(path, 0755, &filing->fault) != ERR_OK)
        return filing->fault.code;
    for (int n = 0; n < TRIES; n++) {
        if (n == 0)
            (void)snprintf(path, sizeof(path), "%s/backups/slot_%03u_%lld.backup", filing->folder, file->number, now);
        else
            (void)snprintf(path, sizeof(path), "%s/backups/slot_%03u_%lld-%d.backup", filing->folder, file->number, now,
                           n);
        if (link(file->path, path) == 0)
            return ERR_OK;
        if (errno != EEXIST)
            break;
    }
    return fault_errno(&filing->fault, ERR_IO, errno, "the backup %.150s cannot be made", path);
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

static void find_backup(struct slot_filing *filing, struct slot_file *file)
{
    char names[NAMES_MOST][NAME_MAX + 1], path[PATH_MAX + NAME_MAX + 16];
    const uint32_t count = list_backups(filing, file->number, names);

    for (uint32_t i = 0; i < count && !file->backup[0]; i++) {
        struct buffer bytes = { 0 };
        struct fault unused = { 0 };

        (void)snprintf(path, sizeof(path), "%s/backups/%.255s", filing->folder, names[i]);
        if (file_read_all(path, PATTERN_FILE_BYTES, &bytes, &unused) == ERR_OK && is_pattern(buffer_bytes(&bytes)))
            memcpy(file->backup, names[i], sizeof(file->backup));
        buffer_free(&bytes);
    }
}

static void read_file(struct slot_filing *filing, struct slot_file *file)
{
    file->fault.code = file_read_all(file->path, PATTERN_FILE_BYTES, &file->bytes, &file->fault);
    if (file->fault.code == ERR_OK && !is_pattern(buffer_bytes(&file->bytes)))
        find_backup(filing, file);
}

static void folder_of(const struct slot_file *file, char folder[PATH_MAX])
{
    char *slash;

    memcpy(folder, file->path, PATH_MAX);
    slash = strrchr(folder, '/');
    *slash = '\0';
}

static enum err write_file(struct slot_filing *filing, const struct slot_file *file)
{
    char folder[PATH_MAX];
    enum err e;

    folder_of(file, folder);
    e = file_make_dirs(folder, 0755, &filing->fault);
    if (e == ERR_OK)
        e = keep_backup(filing, file);
    if (e == ERR_OK && !file->removes)
        e = file_write_atomic(file->path, buffer_bytes(&file->bytes), 0644, &filing->fault);
    if (e == ERR_OK && file->removes && unlink(file->path) != 0 && errno != ENOENT)
        e = fault_errno(&filing->fault, ERR_IO, errno, "%.150s cannot be removed", file->path);
    if (e == ERR_OK && file->removes)
        e = file_sync(folder, &filing->fault);
    drop_old_backups(filing, file->number);
    return e;
}

/* Under the lock no engine writes: each temporary file was left by one that died. */
static void sweep_folders(const struct slot_filing *filing)
{
    char folder[PATH_MAX], last[PATH_MAX] = "";

    for (uint32_t i = 0; i < filing->count; i++) {
        folder_of(&filing->files[i], folder);
        if (strcmp(folder, last) != 0)
            filing_sweep(folder, INT64_MAX);
        memcpy(last, folder, sizeof(last));
    }
}

static void run_filing(struct errand *errand)
{
    struct slot_filing *filing = (struct slot_filing *)errand;
    int lock = -1;

    if (filing->writes || access(filing->folder, F_OK) == 0) {
        lock = take_lock(filing);
        if (lock < 0 && filing->writes)
            return;
    }
    filing->fault = (struct fault){ 0 };
    if (lock >= 0)
        sweep_folders(filing);
    for (uint32_t i = 0; i < filing->count && filing->fault.code == ERR_OK; i++) {
        if (filing->writes)
            filing->fault.code = write_file(filing, &filing->files[i]);
        else
            read_file(filing, &filing->files[i]);
        (void)errand_goes_on(errand);
    }
    if (lock >= 0)
        (void)close(lock);
}

static void end_filing(struct errand *errand, bool lost)
{
    struct slot_filing *filing = (struct slot_filing *)errand;
    struct slot_filing late = { .writes = filing->writes };

    if (!lost) {
        filing->done(filing->owner, filing);
        return;
    }
    fault_set(&late.fault, ERR_TIMEOUT, "the folder of the project does not answer");
    filing->done(filing->owner, &late);
}

static void drop_filing(struct errand *errand)
{
    struct slot_filing *filing = (struct slot_filing *)errand;

    for (uint32_t i = 0; i < filing->count; i++)
        buffer_free(&filing->files[i].bytes);
    free(filing->files);
    free(filing);
}

struct slot_filing *slot_filing_new(struct text folder, uint32_t count, bool writes)
{
    struct slot_filing *filing = alloc_zeroed(1, sizeof(*filing));

    filing->errand =
        (struct errand){ .run = run_filing, .done = end_filing, .drop = drop_filing, .patience = patience_us };
    filing->writes = writes;
    filing->count = count;
    filing->files = alloc_zeroed(count, sizeof(*filing->files));
    (void)snprintf(filing->folder, sizeof(filing->folder), "%.*s/patterns", TEXT_ARG(folder));
    return filing;
}

void slot_filing_start(struct project *p, struct slot_filing *filing,
                       void (*done)(void *owner, struct slot_filing *filing), void *owner)
{
    filing->done = done;
    filing->owner = owner;
    errand_start(p->errands, &filing->errand);
}
