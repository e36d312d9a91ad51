#include "services/persist/steps/long_apply.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"
#include "services/persist/steps/apply.h"
#include "services/persist/turn/progress.h"
#include "services/persist/turn/turn.h"

enum { AT_ONCE = 64 /* actions that are done together */, LONG_MOST = 4 /* such requests in progress */ };

enum { PROGRESS_DONE, PROGRESS_ITEMS, PROGRESS_STEP, PROGRESS_STEPS, PROGRESS_NUMBERS }; /* of the stored progress */

struct long_apply {
    struct multipart work;
    struct arena arena; /* of the ask */
    struct persist_apply ask;
    uint32_t done; /* actions */
    uint64_t items, step, steps;
    bool is_cancelled;
    usec_t since;
};

/* ---- progress ---- */

/* After a death, actions that changed nothing may be done again. */
static enum err store_progress(struct persist *p, const struct long_apply *at)
{
    const uint64_t numbers[] = { [PROGRESS_DONE] = at->done,
                                 [PROGRESS_ITEMS] = at->items,
                                 [PROGRESS_STEP] = at->step,
                                 [PROGRESS_STEPS] = at->steps };

    return progress_store(p, &at->work, numbers, PROGRESS_NUMBERS);
}

/* The work has done nothing yet. */
static enum err read_progress(struct persist *p, struct id request, struct long_apply *at)
{
    uint64_t numbers[PROGRESS_NUMBERS] = { 0 };
    enum err e = progress_read(p, request, &at->work, numbers, PROGRESS_NUMBERS);

    at->done = (uint32_t)numbers[PROGRESS_DONE];
    at->items = numbers[PROGRESS_ITEMS];
    at->step = numbers[PROGRESS_STEP];
    at->steps = numbers[PROGRESS_STEPS];
    return e == ERR_OK && at->done > at->ask.actions.count ? ERR_INTERNAL : e;
}

/* ---- parts ---- */

static void drop_work(struct persist *p, struct multipart *work)
{
    struct long_apply *at = (struct long_apply *)work;

    (void)p;
    arena_free(&at->arena);
    free(at);
}

/* True if the part may succeed in another form: as a smaller one if its items have long rows, or as a step of its own
 * if another change came between. */
static bool may_try_otherwise(struct apply_part *part, enum err e, const struct fault *fault)
{
    if (e == ERR_TOO_LARGE && part->count > 1)
        part->count /= 2;
    else if (e == ERR_CONFLICT && part->step && strcmp(fault->field, "step") == 0)
        part->step = 0;
    else
        return false;
    return true;
}

static enum err do_some(struct persist *p, struct long_apply *at, struct fault *fault)
{
    uint32_t left = at->ask.actions.count - at->done;
    struct apply_part part = { &at->ask, at->done, left < AT_ONCE ? left : AT_ONCE, at->step, true };
    struct applied applied;
    enum err e;

    while ((e = apply_some(p, &part, &applied, fault)) != ERR_OK && may_try_otherwise(&part, e, fault))
        *fault = (struct fault){ 0 };
    if (e != ERR_OK)
        return e;
    at->done += part.count;
    at->items += applied.items;
    at->steps += applied.step && applied.step != at->step;
    at->step = applied.step ? applied.step : at->step;
    return ERR_OK;
}

/* The actions before the failed one are committed, and the error reports it. */
static enum err explain_end(const struct long_apply *at, enum err e, struct fault *fault)
{
    if (at->done == 0)
        return e;
    return fault_hint(fault, "%u of %u actions are done: `loophole undo list` shows the step %llu", at->done,
                      at->ask.actions.count, (unsigned long long)at->step);
}

static enum err refuse_cancelled(const struct long_apply *at, struct fault *fault)
{
    return explain_end(at, fault_set(fault, ERR_CONFLICT, "a person cancelled the changes"), fault);
}

/* The answer is stored even if no client waits for it. */
static enum err finish_work(struct persist *p, struct long_apply *at, struct fault *fault)
{
    const struct multipart *work = &at->work;
    const uint64_t own = p->request_revision;
    struct applied applied = {
        .revision = own ? own : p->head, .step = at->step, .items = at->items, .has_steps = true, .steps = at->steps
    };
    enum err e = progress_drop(p, work->request);

    if (e == ERR_OK)
        e = apply_show(p, &at->ask, &applied, fault);
    if (e != ERR_OK)
        return e;
    if (ticket_is_open(p->service, work->ticket))
        ticket_answer(p->service, work->ticket, &applied);
    else if (work->digest)
        e = turn_remember(p, work->request, work->digest, own, &applied_shape, &applied);
    return e;
}

/* An error after the first actions of a part ends the part; the next one fails with it, and has written nothing. */
static enum err run_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct long_apply *at = (struct long_apply *)work;
    const uint32_t before = at->done;
    enum err e = at->is_cancelled ? refuse_cancelled(at, fault) : ERR_OK;

    if (e != ERR_OK)
        return e;
    do
        e = do_some(p, at, fault);
    while (e == ERR_OK && at->done < at->ask.actions.count && !turn_is_over(p));
    if (e != ERR_OK && (at->done == before || turn_is_broken(p)))
        return explain_end(at, e, fault);
    *ended = at->done == at->ask.actions.count;
    e = *ended ? finish_work(p, at, fault) : store_progress(p, at);
    *ended = *ended && e == ERR_OK;
    return e == ERR_OK ? e : fault_set(fault, e, "the progress of the changes cannot be written");
}

static struct long_apply *next_long(struct multipart *work)
{
    while (work && work->part != run_part)
        work = work->next;
    return (struct long_apply *)work;
}

/* ---- as a task ---- */

static uint32_t count_works(const struct persist *p)
{
    uint32_t count = 0;

    for (struct long_apply *at = next_long(p->multiparts); at; at = next_long(at->work.next))
        count++;
    return count;
}

void long_apply_list_tasks(const struct persist *p, struct arena *arena, struct task_list *tasks)
{
    for (const struct long_apply *one = next_long(p->multiparts); one; one = next_long(one->work.next))
        tasks->at[tasks->count++] = (struct task){
            .id = one->work.request,
            .label = one->ask.label.len ? arena_text(arena, one->ask.label) : TEXT("Changing items"),
            .done = one->done,
            .total = one->ask.actions.count,
            .since = one->since,
            .can_cancel = true,
        };
}

enum err long_apply_cancel(struct persist *p, struct id task)
{
    struct long_apply *at = next_long(p->multiparts);

    while (at && !id_equal(at->work.request, task))
        at = next_long(at->work.next);
    if (!at)
        return ERR_NOT_FOUND;
    at->is_cancelled = true;
    return ERR_OK;
}

/* ---- beginning ---- */

static enum err check_begin(struct persist *p, struct call *call, const struct persist_apply *ask)
{
    if (ask->has_step) {
        refuse(call, ERR_BAD_REQUEST, "an apply with `parts` makes a step of its own: expected no `step`");
        return fault_field(call_fault(call), "step");
    }
    if (count_works(p) < LONG_MOST)
        return ERR_OK;
    refuse(call, ERR_BUSY, "%d long changes are being made already", LONG_MOST);
    return fault_hint(call_fault(call), "wait until one of them ends: `loophole tasks` lists them");
}

static bool join_work(struct persist *p, struct call *call, enum err *e)
{
    struct multipart *work = multipart_of(p, call_request(call));

    if (!work)
        return false;
    work->ticket = call_defer(call);
    *e = work->ticket.number ? ERR_OK : ERR_BUSY;
    return true;
}

enum err long_apply_begin(struct persist *p, struct call *call, const struct persist_apply *ask, struct applied *answer)
{
    struct long_apply *at;
    enum err e;

    *answer = (struct applied){ 0 };
    if (join_work(p, call, &e))
        return e;
    if ((e = check_begin(p, call, ask)) != ERR_OK)
        return e;
    at = alloc_zeroed(1, sizeof(*at));
    at->work = (struct multipart){ .part = run_part, .drop = drop_work, .outlives_its_call = true };
    at->since = clock_now();
    e = codec_copy(&persist_apply_shape, ask, &at->arena, &at->ask);
    if (e == ERR_OK)
        e = read_progress(p, call_request(call), at);
    if (e == ERR_OK)
        return multipart_begin(p, call, &at->work);
    drop_work(p, &at->work);
    return refuse(call, e, "the finished part of this request cannot be read");
}
