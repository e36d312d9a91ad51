#include "services/project/pattern/slot_writes.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct slot_write {
    struct project *p;
    struct slot_io *io;
    void (*done)(void *owner, struct slot_io *io);
    void *owner;
    struct slot_write *next;
};

/* Returns the link to the oldest write of a folder in the list. It is in progress; the later ones wait for it. */
static struct slot_write **find_write(struct project *p, const char *folder)
{
    struct slot_write **at = &p->slot_writes;

    while (*at && strcmp((*at)->io->folder, folder) != 0)
        at = &(*at)->next;
    return at;
}

/* Removes all writes of a folder, and returns them in their order. */
static struct slot_write *take_writes(struct project *p, const char *folder)
{
    struct slot_write *taken = NULL, **end = &taken, **at;

    while (*(at = find_write(p, folder))) {
        *end = *at;
        *at = (*at)->next;
        end = &(*end)->next;
        *end = NULL;
    }
    return taken;
}

static void refuse_writes(struct slot_write *write, const struct fault *fault)
{
    struct slot_io late = { .writes = true, .fault = *fault };
    struct slot_write *next;

    for (; write; write = next) {
        next = write->next;
        write->done(write->owner, &late);
        write->io->errand.drop(&write->io->errand);
        free(write);
    }
}

static void end_write(void *state, struct slot_io *result);

static void start_write(struct slot_write *write)
{
    if (write)
        slot_io_start(write->p, write->io, end_write, write);
}

/* `done` may start another write of the folder, so the next one has begun before. */
static void end_write(void *state, struct slot_io *result)
{
    struct slot_write *write = state, *refused = NULL;
    const char *folder = write->io->folder; /* `result` has none after a timeout */

    *find_write(write->p, folder) = write->next;
    if (result->fault.code == ERR_TIMEOUT || result->fault.code == ERR_BUSY)
        refused = take_writes(write->p, folder);
    else
        start_write(*find_write(write->p, folder));
    write->done(write->owner, result);
    refuse_writes(refused, &result->fault);
    free(write);
}

void slot_writes_start(struct project *p, struct slot_io *io, void (*done)(void *owner, struct slot_io *io),
                       void *owner)
{
    const bool waits = *find_write(p, io->folder) != NULL;
    struct slot_write **end = &p->slot_writes, *write = alloc_zeroed(1, sizeof(*write));

    *write = (struct slot_write){ .p = p, .io = io, .done = done, .owner = owner };
    while (*end)
        end = &(*end)->next;
    *end = write;
    if (!waits)
        start_write(write);
}

void slot_writes_close(struct project *p)
{
    struct slot_write **at = &p->slot_writes, *write;

    while ((write = *at)) {
        if (*find_write(p, write->io->folder) == write) {
            at = &write->next;
            continue;
        }
        *at = write->next;
        write->io->errand.drop(&write->io->errand);
        free(write);
    }
    while ((write = p->slot_writes)) { /* the errands own what was started */
        p->slot_writes = write->next;
        free(write);
    }
}
