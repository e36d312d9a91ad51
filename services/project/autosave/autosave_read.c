#include "services/project/autosave/autosave_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/mount_point.h"

static const usec_t patience_us = (usec_t)10 * 1000000;

static void run_reading(struct errand *errand)
{
    struct autosave_reading *r = (struct autosave_reading *)errand;
    struct beneath in;

    r->fault.code = beneath_open(&in, r->folder, r->p->paths->data, &r->fault);
    if (r->fault.code == ERR_OK)
        r->fault.code = autosave_read_set(&in, service_in_hand(r->p->service), r->project, &r->set, &r->document,
                                          r->content, &r->fault);
    beneath_close(&in);
}

static void end_reading(struct errand *errand, bool lost)
{
    struct autosave_reading *r = (struct autosave_reading *)errand;
    struct autosave_reading late = { .content = "" };

    if (!lost) {
        r->done(r->owner, r);
        return;
    }
    mount_point_blame(r->folder, &late.fault, "it has %.150s/.autosave", r->folder);
    r->done(r->owner, &late);
}

static void drop_reading(struct errand *errand)
{
    struct autosave_reading *r = (struct autosave_reading *)errand;

    arena_free(&r->document.arena);
    free(r);
}

void autosave_read(struct project *p, struct id project, struct text folder, const struct set_name *set,
                   usec_t deadline, void (*done)(void *owner, struct autosave_reading *reading), void *owner)
{
    struct autosave_reading *r = alloc_zeroed(1, sizeof(*r));

    *r = (struct autosave_reading){ .p = p, .project = project, .set = *set, .done = done, .owner = owner };
    r->errand.run = run_reading;
    r->errand.done = end_reading;
    r->errand.drop = drop_reading;
    snprintf(r->folder, sizeof(r->folder), "%.*s", TEXT_ARG(folder));
    file_io_hurry(&r->errand, patience_us, deadline);
    errand_start(p->errands, &r->errand);
}
