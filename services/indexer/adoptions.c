#include "services/indexer/adoptions.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/mount_point.h"

enum {
    ANSWER_US = 2000000 /* for the refusal, before the client's wait ends */,
    SILENT_US = 1000000,
    LAST_US = 2 * SILENT_US
};

enum adoption_state { ADOPTION_WAITS, ADOPTION_RUNS, ADOPTION_ENDED, ADOPTION_LOST /* until is_over */ };

struct placed_adoption {
    struct placed_adoption *next;
    struct adoptions *all;
    enum adoption_state state;
    struct adoption *adoption; /* waits, runs */
    bool has_waited;
    dev_t device; /* of the path as it was asked */
    dev_t hangs;  /* lost: the device that hangs; 0: a link may have led anywhere */
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

/* Its folder, which runs or is lost, is known to lie on the device, wherever its links lead. */
static bool lies_on(const struct placed_adoption *placed, dev_t device)
{
    const dev_t real = placed->state == ADOPTION_RUNS ? adopt_device(placed->adoption) : placed->hangs;

    return real != 0 && real == device;
}

/* `a` is the older one. */
static bool excludes_other(const struct placed_adoption *a, const struct placed_adoption *b)
{
    if (!a->path[0] || !b->path[0]) /* no path: it touches nothing */
        return false;
    return a->device == b->device || lies_on(a, b->device) || bytes_path_contains(path_of(a), path_of(b)) ||
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

static bool is_lost(const struct placed_adoption *placed)
{
    return placed->state == ADOPTION_LOST && !atomic_load(&placed->is_over);
}

/* The last of at least `count` lost ones that keep threads for the same disk or, where the disk is not known, for the
 * same path; NULL: there are fewer. */
static const struct placed_adoption *find_lost(const struct placed_adoption *placed, unsigned count)
{
    const struct placed_adoption *last = NULL;
    unsigned lost = 0;

    for (const struct placed_adoption *each = placed->all->first; each; each = each->next)
        if (is_lost(each) && (each->hangs ? lies_on(each, placed->device) : strcmp(each->path, placed->path) == 0)) {
            last = each;
            lost++;
        }
    return lost >= count ? last : NULL;
}

/* A lost one that it waited for. */
static const struct placed_adoption *find_waited_for(const struct placed_adoption *placed)
{
    for (const struct placed_adoption *each = placed->all->first; each != placed && placed->has_waited;
         each = each->next)
        if (is_lost(each) && excludes_other(each, placed))
            return each;
    return NULL;
}

static bool is_silent(const struct placed_adoption *former)
{
    return former->state == ADOPTION_LOST ||
           (former->state == ADOPTION_RUNS && adopt_waited(former->adoption) >= SILENT_US);
}

/* Blames the disk only if it is known to be that of the former one. */
static void refuse_behind(struct placed_adoption *placed, const struct placed_adoption *former)
{
    struct fault fault = { 0 };

    if (is_silent(former) && lies_on(former, placed->device)) {
        adopt_blame_disk(path_of(placed), &fault);
    } else if (is_silent(former)) {
        fault_set(&fault, ERR_TIMEOUT, "%.120s was not added: the disk of %.120s does not answer", placed->path,
                  former->path);
        fault_hint(&fault, "`loophole volume list` shows the disks; add the folder again");
    } else {
        fault_set(&fault, ERR_TIMEOUT, "%.120s was not added: %.120s is still being added", placed->path, former->path);
        fault_hint(&fault, "`loophole library list` shows when it is: then add the folder again");
    }
    adopt_refuse(placed->adoption, &fault);
}

/* Starts or refuses it, or lets it wait on. One that waited for a lost one is not started so late that its answer
 * would come after the client's wait. */
static void give_turn(struct placed_adoption *placed)
{
    const struct placed_adoption *former = find_former(placed), *lost = find_lost(placed, ADOPTIONS_LOST);
    const usec_t now = clock_steady();

    if (!lost && !former && now + LAST_US >= placed->answer_by)
        lost = find_waited_for(placed);
    if (lost) {
        refuse_behind(placed, lost);
    } else if (!former) {
        placed->state = ADOPTION_RUNS;
        adopt_start(placed->adoption, placed->all->errands, placed->answer_by);
    } else if (now >= placed->answer_by) {
        refuse_behind(placed, former);
    } else {
        placed->has_waited = true;
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

    placed->hangs = adopt_blames_disk(placed->adoption) ? adopt_device(placed->adoption) : 0;
    placed->state = adopt_blames_disk(placed->adoption) ? ADOPTION_LOST : ADOPTION_ENDED;
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
