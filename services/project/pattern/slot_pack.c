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
#include "common/process/log.h"
#include "services/project/base/file_io.h"
#include "services/project/pattern/slot.h"
#include "store/pattern/gzip.h"
#include "store/pattern/pattern_file.h"

static const usec_t patience_us = (usec_t)30 * 1000000;

/* The folder whose backups wait. */
struct slot_packing {
    char folder[PATH_MAX]; /* of the project; "": none */
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
static int lock_folder(struct beneath *in)
{
    struct fault unused = { 0 };
    const int fd = beneath_open_file(in, SLOT_LOCK, O_RDWR, 0, &unused);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static bool is_there(struct beneath *in, const char *name)
{
    struct fault unused = { 0 };
    const int fd = beneath_open_file(in, name, O_RDONLY, 0, &unused);

    return fd >= 0 && close(fd) == 0;
}

static enum err replace_backup(struct beneath *in, const char *name, struct bytes packed, struct fault *fault)
{
    const int lock = lock_folder(in);
    enum err e = ERR_OK;

    if (lock < 0)
        return fault_set(fault, ERR_BUSY, "another engine is saving");
    if (is_there(in, name)) /* a newer save may have removed it */
        e = beneath_write(in, name, packed, 0644, fault);
    (void)close(lock);
    return e;
}

static enum err pack_backup(struct beneath *in, const char *file, struct fault *fault)
{
    char name[NAME_MAX + 32];
    struct buffer bytes = { 0 }, packed = { 0 };
    enum err e;

    (void)snprintf(name, sizeof(name), SLOT_BACKUP_FOLDER "/%.255s", file);
    e = beneath_read(in, name, PATTERN_FILE_BYTES, &bytes, fault);
    if (e == ERR_OK && !gzip_is(buffer_bytes(&bytes))) {
        deflate_pack(buffer_bytes(&bytes), DEFLATE_GZIP, &packed);
        e = replace_backup(in, name, buffer_bytes(&packed), fault);
    }
    buffer_free(&bytes);
    buffer_free(&packed);
    return e == ERR_NOT_FOUND || e == ERR_TOO_LARGE || e == ERR_DENIED || e == ERR_BAD_REQUEST ? ERR_OK : e;
}

static void sweep_backups(struct beneath *in)
{
    const int lock = lock_folder(in);

    if (lock < 0)
        return;
    file_io_sweep(beneath_list(in, SLOT_BACKUP_FOLDER), INT64_MAX);
    (void)close(lock);
}

static void pack_folder(struct pack *pack, struct beneath *in)
{
    struct dirent *entry;
    DIR *directory;

    sweep_backups(in);
    directory = beneath_list(in, SLOT_BACKUP_FOLDER);
    while (directory && (entry = readdir(directory)) && pack->fault.code == ERR_OK) {
        if (strncmp(entry->d_name, "slot_", 5) != 0 || !strstr(entry->d_name, ".backup"))
            continue;
        pack->fault.code = pack_backup(in, entry->d_name, &pack->fault);
        if (!errand_goes_on(&pack->errand))
            break;
    }
    if (directory)
        (void)closedir(directory);
}

static void run_pack(struct errand *errand)
{
    struct pack *pack = (struct pack *)errand;
    struct fault unused = { 0 };
    struct beneath in;

    if (beneath_open(&in, pack->folder, pack->p->paths->data, &unused) == ERR_OK)
        pack_folder(pack, &in);
    beneath_close(&in);
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
