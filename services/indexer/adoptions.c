#include "services/indexer/adoptions.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/mount_point.h"

enum { ANSWER_US = 2000000 /* for the refusal, before the client's wait ends */, SILENT_US = 1000000 };

enum adoption_state { ADOPTION_WAITS, ADOPTION_RUNS, ADOPTION_ENDED, ADOPTION_LOST /* until is_over */ };

struct placed_adoption {
    struct placed_adoption *next;
    struct adoptions *all;
    enum adoption_state state;
    struct adoption *adoption; /* waits, runs */
    dev_t device;
    char path[PATH_MAX];
    usec_t answer_by;
    atomic_bool is_over; /* no thread works for it any more */
    void (*adopted)(void *state, struct ticket ticket, const struct library *library, const struct fault *fault);
    void *owner;
};

struct adoptions {
    struct errands *errands;
    const struct paths *paths;
    struct catalogue_reader *catalogue;
    struct placed_adoption *first; /* the oldest first */
};

struct adoptions *adoptions_new(struct mailbox *mailbox, const struct paths *paths, struct catalogue_reader *catalogue)
{
    struct adoptions *all = alloc_zeroed(1, sizeof(*all));

    all->errands = errands_new(mailbox, ADOPTIONS_AT_ONCE);
    all->paths = paths;
    all->catalogue = catalogue;
    return all;
}

/* Those that wait are dropped: their clients get no answer, and ask again. */
bool adoptions_end(struct adoptions *all)
{
    return errands_end(all->errands);
}

unsigned adoptions_hanging(const struct adoptions *all)
{
    return errands_hanging(all->errands);
}

/* ---- turns ---- */

static struct bytes path_of(const struct placed_adoption *placed)
{
    return bytes_of(placed->path, strlen(placed->path));
}

static bool excludes_other(const struct placed_adoption *a, const struct placed_adoption *b)
{
    return a->device == b->device || bytes_path_contains(path_of(a), path_of(b)) ||
           bytes_path_contains(path_of(b), path_of(a));
}

/* An older one that runs, or waits too, and must end first; NULL: it has its turn. */
static const struct placed_adoption *find_former(const struct placed_adoption *placed)
{
    for (const struct placed_adoption *each = placed->all->first; each != placed; each = each->next)
        if ((each->state == ADOPTION_WAITS || each->state == ADOPTION_RUNS) && excludes_other(each, placed))
            return each;
    return NULL;
}

static unsigned count_lost(const struct placed_adoption *placed)
{
    unsigned lost = 0;

    for (const struct placed_adoption *each = placed->all->first; each; each = each->next)
        lost += each->state == ADOPTION_LOST && !atomic_load(&each->is_over) && each->device == placed->device;
    return lost;
}

static void refuse_hung(struct placed_adoption *placed)
{
    struct fault fault = { 0 };

    adopt_blame_disk(path_of(placed), &fault);
    adopt_refuse(placed->adoption, &fault);
}

static void refuse_late(struct placed_adoption *placed, const struct placed_adoption *former)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_TIMEOUT, "%.120s waits until %.120s is added", placed->path, former->path);
    fault_hint(&fault, "`loophole library list` shows when it is: then add the folder again");
    adopt_refuse(placed->adoption, &fault);
}

static bool is_disk_silent(const struct placed_adoption *placed, const struct placed_adoption *former)
{
    return former->device == placed->device &&
           (count_lost(placed) > 0 || (former->state == ADOPTION_RUNS && adopt_waited(former->adoption) >= SILENT_US));
}

/* Starts or refuses it, or lets it wait on. */
static void give_turn(struct placed_adoption *placed)
{
    const struct placed_adoption *former = find_former(placed);

    if (count_lost(placed) >= ADOPTIONS_LOST) {
        refuse_hung(placed);
    } else if (!former) {
        placed->state = ADOPTION_RUNS;
        adopt_start(placed->adoption, placed->all->errands, placed->answer_by);
    } else if (clock_steady() >= placed->answer_by) {
        if (is_disk_silent(placed, former))
            refuse_hung(placed);
        else
            refuse_late(placed, former);
    }
}

static void sweep_ended(struct adoptions *all)
{
    struct placed_adoption **at = &all->first, *placed;

    while ((placed = *at)) {
        const bool is_done = placed->state >= ADOPTION_ENDED && atomic_load(&placed->is_over);
        if (is_done)
            *at = placed->next;
        else
            at = &placed->next;
        if (is_done)
            free(placed);
    }
}

static void give_turns(struct adoptions *all)
{
    for (struct placed_adoption *placed = all->first; placed; placed = placed->next)
        if (placed->state == ADOPTION_WAITS)
            give_turn(placed);
    sweep_ended(all);
}

void adoptions_look(struct adoptions *all)
{
    errands_look(all->errands);
    give_turns(all);
}

/* ---- one of them ---- */

static void end_adoption(void *state, struct ticket ticket, const struct library *library, const struct fault *fault)
{
    struct placed_adoption *placed = state;
    struct adoptions *all = placed->all;
    const bool was_running = placed->state == ADOPTION_RUNS;

    placed->state = adopt_is_lost(placed->adoption) ? ADOPTION_LOST : ADOPTION_ENDED;
    placed->adopted(placed->owner, ticket, library, fault);
    if (was_running) /* otherwise give_turns has refused it */
        give_turns(all);
}

static void append_placed(struct adoptions *all, struct placed_adoption *placed)
{
    struct placed_adoption **last = &all->first;

    while (*last)
        last = &(*last)->next;
    *last = placed;
}

void adoptions_add(struct adoptions *all, struct call *call, struct ticket ticket,
                   const struct indexer_add_library *request,
                   void (*adopted)(void *state, struct ticket ticket, const struct library *library,
                                   const struct fault *fault),
                   void *state)
{
    struct placed_adoption *placed = alloc_zeroed(1, sizeof(*placed));
    const struct adopt_events events = { end_adoption, placed, &placed->is_over };
    const usec_t now = clock_steady(), left = call_deadline(call) - now;
    char mount[PATH_MAX];

    placed->all = all;
    placed->adopted = adopted;
    placed->owner = state;
    placed->answer_by = now + (left / 2 > left - ANSWER_US ? left / 2 : left - ANSWER_US);
    if (!bytes_copy(placed->path, sizeof(placed->path), request->path))
        placed->path[0] = '\0'; /* it is refused */
    placed->device = mount_point_find(placed->path, mount);
    placed->adoption = adopt_new(all->paths, all->catalogue, call, ticket, request, &events);
    append_placed(all, placed);
    give_turns(all);
}
