#include "services/persist/batch/sweep.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/errand.h"
#include "common/process/log.h"
#include "common/process/priority.h"
#include "services/persist/batch/artefact_writer.h"
#include "services/persist/turn/turn.h"
#include "store/artefact.h"
#include "store/check/orphan.h"

enum { ROWS = 256, FOUND_MAX = 10000, IN_A_TURN = 64 };
static const usec_t minute = 60 * 1000000;
static const usec_t hour = (usec_t)3600 * 1000000, day = (usec_t)24 * 3600 * 1000000;
static const usec_t patience = 60 * 1000000, pause_between_turns = 20000;

struct sweep {
    pthread_mutex_t lock;
    struct store *store; /* under `lock`: the store that the thread reads, or NULL */
    struct errands *errands;

    /* the loop's part */
    bool looks;          /* the thread is working */
    usec_t due;          /* time of the next round; steady clock */
    struct buffer names; /* the files that the thread found */
    const char *at;      /* the last name that was judged; NULL: none */
    uint64_t removed;    /* files removed in this round */
};

/* The thread's part. */
struct sweep_round {
    struct errand errand;
    struct persist *persist;
    struct sweep *sweep;
    struct arena arena;
    struct buffer some; /* names whose rows are looked up next */
    struct buffer found;
    uint32_t some_count, found_count;
    bool has_young; /* some orphans are too young to be removed */
    enum err e;
};

/* ---- the thread ---- */

/* Removes from `some` the names that a row has. */
static enum err cross_out_known(struct sweep_round *look, struct txn *txn)
{
    const char *name = NULL;
    enum err e = ERR_OK;

    while (e == ERR_OK && (name = artefact_next_name(&look->some, name))) {
        e = orphan_row(txn, &look->arena, name);
        arena_reset(&look->arena);
        if (e == ERR_OK)
            memset((char *)(uintptr_t)name, 0, strlen(name));
        else if (e == ERR_NOT_FOUND)
            e = ERR_OK;
    }
    return e;
}

static enum err look_up(struct sweep_round *look)
{
    struct txn *txn;
    enum err e = ERR_BUSY; /* the store is being opened again: another round follows */

    pthread_mutex_lock(&look->sweep->lock);
    if (look->sweep->store)
        e = store_read(look->sweep->store, &txn, NULL);
    if (e == ERR_OK) {
        e = cross_out_known(look, txn);
        txn_end(txn);
    }
    pthread_mutex_unlock(&look->sweep->lock);
    return e;
}

static void keep_old(struct sweep_round *look, const char *name)
{
    uint64_t size;
    usec_t age;

    if (!orphan_age(look->persist->paths, name, &age, &size))
        return;
    if (age < hour) {
        look->has_young = true;
    } else if (orphan_is_temporary(name)) {
        artefact_remove(look->persist->paths, name);
    } else if (look->found_count < FOUND_MAX) {
        artefact_add_name(&look->found, name);
        look->found_count++;
    }
}

static void judge_some(struct sweep_round *look)
{
    const char *name = NULL;

    look->e = look_up(look);
    while (look->e == ERR_OK && errand_goes_on(&look->errand) && (name = artefact_next_name(&look->some, name)))
        keep_old(look, name);
    buffer_reset(&look->some);
    look->some_count = 0;
}

static bool list_artefact_name(void *state, const char *name)
{
    struct sweep_round *look = state;

    artefact_add_name(&look->some, name);
    if (++look->some_count == ROWS)
        judge_some(look);
    return look->e == ERR_OK && look->found_count < FOUND_MAX && errand_goes_on(&look->errand);
}

static void run_look(struct errand *errand)
{
    struct sweep_round *look = (struct sweep_round *)errand;

    priority_background(0); /* only this thread */
    if (orphan_each_name(look->persist->paths, look, list_artefact_name))
        judge_some(look);
}

/* ---- the loop judges each name once, in a turn ---- */

static bool may_go(struct persist *p, const char *name)
{
    uint64_t size;
    usec_t age;
    bool has_row = orphan_row(p->w.txn, &p->arena, name) != ERR_NOT_FOUND;

    arena_reset(&p->arena);
    return !has_row && !artefact_writer_holds(p, name) && orphan_age(p->paths, name, &age, &size) && age >= hour;
}

/* False: all names are judged. */
static bool judge_names(struct persist *p, struct sweep *sweep)
{
    turn_begin_part(p);
    for (int i = 0; i < IN_A_TURN && (i == 0 || !turn_is_over(p)); i++) {
        const char *name = artefact_next_name(&sweep->names, sweep->at);
        if (!name)
            return false;
        sweep->at = name;
        if (may_go(p, name)) {
            artefact_add_name(&p->w.dropped, name);
            sweep->removed++;
        }
    }
    return true;
}

static void run_sweep_part(void *persist)
{
    struct persist *p = persist;
    struct sweep *sweep = p->sweep;
    struct fault fault = { 0 };

    if (!p->store || p->alarm[0] || p->droppings > 0 || turn_continue(p, id_new(), &fault) != ERR_OK ||
        judge_names(p, sweep))
        return;
    service_every(p->service, 0, run_sweep_part, p);
    log_info("removed %llu artefact files without a row", (unsigned long long)sweep->removed);
    buffer_free(&sweep->names);
    sweep->at = NULL;
    sweep->removed = 0;
}

/* ---- the rounds ---- */

static void take_look(struct errand *errand, bool lost)
{
    struct sweep_round *look = (struct sweep_round *)errand;
    struct sweep *sweep = look->sweep;

    sweep->looks = false;
    sweep->due = clock_steady() + hour;
    if (lost)
        return;
    if (look->found_count == FOUND_MAX)
        sweep->due = clock_steady() + minute;
    else if (look->e == ERR_OK && !look->has_young)
        sweep->due = clock_steady() + day;
    sweep->names = look->found;
    look->found = (struct buffer){ 0 };
    if (sweep->names.len)
        service_every(look->persist->service, pause_between_turns, run_sweep_part, look->persist);
}

static void free_look(struct errand *errand)
{
    struct sweep_round *look = (struct sweep_round *)errand;

    arena_free(&look->arena);
    buffer_free(&look->some);
    buffer_free(&look->found);
    free(look);
}

static void start_look(struct persist *p, struct sweep *sweep)
{
    struct sweep_round *look = alloc_zeroed(1, sizeof(*look));

    sweep->due = clock_steady() + hour;
    look->errand = (struct errand){ .run = run_look, .done = take_look, .drop = free_look, .patience = patience };
    look->persist = p;
    look->sweep = sweep;
    sweep->looks = true;
    errand_start(sweep->errands, &look->errand);
}

void sweep_look(struct persist *p)
{
    struct sweep *sweep = p->sweep;

    if (!sweep)
        return;
    errands_look(sweep->errands);
    if (p->store && !p->alarm[0] && !sweep->looks && sweep->names.len == 0 && clock_steady() >= sweep->due)
        start_look(p, sweep);
}

void sweep_use(struct persist *p, struct store *store)
{
    if (!p->sweep)
        return;
    pthread_mutex_lock(&p->sweep->lock);
    p->sweep->store = store;
    pthread_mutex_unlock(&p->sweep->lock);
}

void sweep_open(struct persist *p)
{
    struct sweep *sweep = alloc_zeroed(1, sizeof(*sweep));

    sweep->errands = errands_new(p->mailbox, 1);
    pthread_mutex_init(&sweep->lock, NULL);
    p->sweep = sweep;
}

bool sweep_close(struct persist *p)
{
    struct sweep *sweep = p->sweep;

    if (!sweep)
        return true;
    sweep_use(p, NULL);
    if (!errands_end(sweep->errands))
        return false;
    p->sweep = NULL;
    pthread_mutex_destroy(&sweep->lock);
    buffer_free(&sweep->names);
    free(sweep);
    return true;
}
