#include "services/persist/batch/dropping.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/errand.h"
#include "services/persist/batch/artefact_writer.h"
#include "store/artefact.h"

static const usec_t patience = (usec_t)600 * 1000000;

struct dropping {
    struct errand errand;
    struct persist *persist;
    struct buffer names;
};

static void remove_files(struct errand *errand)
{
    const struct dropping *dropping = (struct dropping *)errand;
    const char *name = NULL;

    while (errand_goes_on(errand) && (name = artefact_next_name(&dropping->names, name)))
        artefact_remove(dropping->persist->paths, name);
}

static void end_dropping(struct errand *errand, bool lost)
{
    (void)lost;
    ((struct dropping *)errand)->persist->droppings--;
}

static void free_dropping(struct errand *errand)
{
    struct dropping *dropping = (struct dropping *)errand;

    buffer_free(&dropping->names);
    free(dropping);
}

static void take_names(struct persist *p, struct buffer *names)
{
    const char *name = NULL;

    while ((name = artefact_next_name(&p->w.dropped, name)))
        if (!artefact_writer_holds(p, name))
            artefact_add_name(names, name);
    buffer_reset(&p->w.dropped);
}

void dropping_start(struct persist *p)
{
    struct dropping *dropping = p->w.dropped.len && p->errands ? alloc_zeroed(1, sizeof(*dropping)) : NULL;

    if (!dropping) {
        buffer_reset(&p->w.dropped);
        return;
    }
    dropping->errand =
        (struct errand){ .run = remove_files, .done = end_dropping, .drop = free_dropping, .patience = patience };
    dropping->persist = p;
    take_names(p, &dropping->names);
    p->droppings++;
    errand_start(p->errands, &dropping->errand);
}
