#include "services/project/files/leftovers.h"

#include <stdio.h>

#include "services/project/base/file_io.h"
#include "services/project/files/mirror.h"
#include "services/project/parts/parts.h"

static void take_renewed(void *owner, const struct fault *read, struct bytes file, struct text state)
{
    struct project *p = owner;

    (void)read, (void)file, (void)state;
    p->is_sweeping = false;
    leftovers_look(p);
}

static void take_swept(void *owner, struct file_io *io)
{
    struct project *p = owner;
    const struct fault late = { .code = ERR_TIMEOUT };

    if (io->fault.code == ERR_OK)
        mirror_renew(p, p->swept, io->path, 0, take_renewed, p);
    else
        take_renewed(p, &late, (struct bytes){ 0 }, (struct text){ 0 });
}

static void sweep_project(struct project *p, struct text folder)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s/project.json", TEXT_ARG(folder));
    p->is_sweeping = true;
    file_io_start(p, FILE_IO_SWEEP, path, (struct bytes){ 0 }, 0, take_swept, p);
}

void leftovers_look(void *project)
{
    struct project *p = project;
    struct arena arena = { 0 };
    struct text folder = { 0 };
    struct txn *txn;

    if (p->is_sweeping || project_read(p, &txn, NULL) != ERR_OK)
        return;
    while (!folder.len) {
        struct id next = parts_next_project(txn, &arena, p->swept);
        if (id_is_zero(next))
            break;
        p->swept = next;
        folder = elements_folder(txn, &arena, next);
    }
    if (folder.len)
        sweep_project(p, folder);
    else
        service_every(p->service, 0, leftovers_look, p);
    txn_end(txn);
    arena_free(&arena);
}
