#include "services/project/pattern/slot_pack.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/deflate.h"
#include "common/file.h"
#include "common/process/log.h"
#include "services/project/base/file_io.h"
#include "store/pattern/gzip.h"
#include "store/pattern/pattern_file.h"

static const usec_t patience_us = (usec_t)30 * 1000000;

/* The folder whose backups wait. */
struct slot_packing {
    char folder[PATH_MAX]; /* PROJECT/patterns; "": none */
    char last[PATH_MAX];   /* the folder that was used last */
    usec_t written;
    bool is_running;
};

struct pack {
    struct errand errand;
    struct project *p;
    char folder[PATH_MAX];
    struct fault fault;
};

/* ---- in a thread ---- */

/* Does not wait for the lock: another engine may save now. */
static int lock_folder(const struct pack *pack)
{
    char path[PATH_MAX + 8];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/.lock", pack->folder);
    fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static enum err replace_backup(const struct pack *pack, const char *path, struct bytes packed, struct fault *fault)
{
    const int lock = lock_folder(pack);
    enum err e = ERR_OK;

    if (lock < 0)
        return fault_set(fault, ERR_BUSY, "another engine is saving");
    if (access(path, F_OK) == 0) /* a newer save may have removed it */
        e = file_write_atomic(path, packed, 0644, fault);
    (void)close(lock);
    return e;
}

static enum err pack_backup(const struct pack *pack, const char *name, struct fault *fault)
{
    char path[PATH_MAX + NAME_MAX + 16];
    struct buffer bytes = { 0 }, packed = { 0 };
    enum err e;

    (void)snprintf(path, sizeof(path), "%s/backups/%.255s", pack->folder, name);
    e = file_read_all(path, PATTERN_FILE_BYTES, &bytes, fault);
    if (e == ERR_OK && !gzip_is(buffer_bytes(&bytes))) {
        deflate_pack(buffer_bytes(&bytes), DEFLATE_GZIP, &packed);
        e = replace_backup(pack, path, buffer_bytes(&packed), fault);
    }
    buffer_free(&bytes);
    buffer_free(&packed);
    return e == ERR_NOT_FOUND || e == ERR_TOO_LARGE ? ERR_OK : e;
}

static void sweep_backups(const struct pack *pack, const char *backups)
{
    const int lock = lock_folder(pack);

    if (lock < 0)
        return;
    file_io_sweep(backups, INT64_MAX);
    (void)close(lock);
}

static void run_pack(struct errand *errand)
{
    struct pack *pack = (struct pack *)errand;
    char backups[PATH_MAX + 16];
    struct dirent *entry;
    DIR *directory;

    (void)snprintf(backups, sizeof(backups), "%s/backups", pack->folder);
    sweep_backups(pack, backups);
    directory = opendir(backups);
    while (directory && (entry = readdir(directory)) && pack->fault.code == ERR_OK) {
        if (strncmp(entry->d_name, "slot_", 5) != 0 || !strstr(entry->d_name, ".backup"))
            continue;
        pack->fault.code = pack_backup(pack, entry->d_name, &pack->fault);
        if (!errand_goes_on(errand))
            break;
    }
    if (directory)
        (void)closedir(directory);
}

/* ---- in the loop ---- */

static void end_pack(struct errand *errand, bool lost)
{
    struct pack *pack = (struct pack *)errand;
    struct slot_packing *packing = pack->p->packing;

    packing->is_running = false;
    if (!lost && pack->fault.code == ERR_BUSY)
        slot_pack_soon(pack->p, pack->folder, true);
    else if (!lost && pack->fault.code != ERR_OK)
        log_fault("the backups of slots were not packed", &pack->fault);
}

static void drop_pack(struct errand *errand)
{
    free(errand);
}

static struct slot_packing *packing_of(struct project *p)
{
    if (!p->packing)
        p->packing = alloc_zeroed(1, sizeof(*p->packing));
    return p->packing;
}

static void start_pack(struct project *p, struct slot_packing *packing)
{
    struct pack *pack = alloc_zeroed(1, sizeof(*pack));

    pack->errand = (struct errand){ .run = run_pack, .done = end_pack, .drop = drop_pack, .patience = patience_us };
    pack->p = p;
    memcpy(pack->folder, packing->folder, sizeof(pack->folder));
    packing->folder[0] = '\0';
    packing->is_running = true;
    errand_start(p->errands, &pack->errand);
}

void slot_pack_soon(struct project *p, const char *folder, bool is_written)
{
    struct slot_packing *packing = packing_of(p);

    if (!is_written && strcmp(packing->last, folder) == 0)
        return;
    (void)snprintf(packing->last, sizeof(packing->last), "%s", folder);
    (void)snprintf(packing->folder, sizeof(packing->folder), "%s", folder);
    packing->written = clock_steady();
}

void slot_pack_look(void *project)
{
    struct project *p = project;
    struct slot_packing *packing = packing_of(p);

    if (packing->folder[0] && !packing->is_running &&
        clock_steady() - packing->written >= (usec_t)SLOT_PACK_QUIET_S * 1000000)
        start_pack(p, packing);
}
