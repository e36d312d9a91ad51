#include "services/project/loop/loop_handlers.h"

#include "services/project/loop/loop_job.h"
#include "services/project/parts/action.h"

/* ---- reading ---- */

static enum err answer_list(struct work *work, struct txn *txn, struct fault *fault)
{
    return loop_job_answer_all(work, txn, fault);
}

const struct handler loop_handler_list = { .answer = answer_list };

static enum err answer_show(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_show *ask = work->ask;

    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct handler loop_handler_show = { .answer = answer_show };

/* ---- changing ---- */

/* The loop of a key, which must be there. */
static enum err read_loop(struct work *work, struct txn *txn, uint64_t fkey, struct loop *to, struct element *row,
                          struct fault *fault)
{
    struct loop loops[LOOP_KEYS];
    struct element rows[LOOP_KEYS];
    enum err e = loop_find_all(txn, &work->arena, work->id, loops, rows);

    if (e != ERR_OK)
        return fault_set(fault, e, "the loops cannot be read");
    *to = loops[loop_number(fkey)];
    *row = rows[loop_number(fkey)];
    return loop_check_there(to, fkey, fault);
}

static enum err send_step(struct work *work, struct action *actions, uint32_t count, const char *what, uint64_t fkey,
                          struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = arena_printf(&work->arena, "%s loop %s", what, loop_key_name(fkey)),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };

    return work_apply(work, &apply, fault);
}

static enum err send_loop(struct work *work, const struct loop *loop, const struct element *row, const char *what,
                          struct fault *fault)
{
    struct action action =
        action_put(ELEMENT_KIND_LOOP, work->id, row->id, loop_body_write(loop, row->body, &work->arena), row->revision);

    return send_step(work, &action, 1, what, loop->fkey, fault);
}

static enum err plan_volume(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_volume *ask = work->ask;
    struct element row;
    struct loop loop;
    enum err e = read_loop(work, txn, ask->fkey, &loop, &row, fault);

    if (e != ERR_OK)
        return e;
    loop.volume = ask->volume;
    return send_loop(work, &loop, &row, "volume of", fault);
}

/* A loop that plays gets its new volume too. */
static enum err answer_volume(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_volume *ask = work->ask;
    struct loop_job *job = loop_job_of(work);
    const struct loop_heard *heard = &job->heard[loop_number(ask->fkey)];
    const struct streamer_gain request = { .voice = heard->voice, .gain = ask->volume, .ramp = 0.02 };
    enum err e = loop_job_hear(work, fault);

    if (e != ERR_OK || work->is_sent)
        return e;
    if (heard->plays && job->step == 0)
        return loop_job_ask(work, "streamer.gain", &request, NULL, fault);
    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct handler loop_handler_volume = { .ends_when_done = true, .plan = plan_volume, .answer = answer_volume };

static enum err plan_lock(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_lock *ask = work->ask;
    struct element row;
    struct loop loop;
    enum err e = read_loop(work, txn, ask->fkey, &loop, &row, fault);

    if (e != ERR_OK)
        return e;
    loop.locked = ask->has_on ? ask->on : !loop.locked;
    return send_loop(work, &loop, &row, loop.locked ? "lock" : "unlock", fault);
}

static enum err answer_lock(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_lock *ask = work->ask;

    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct handler loop_handler_lock = { .ends_when_done = true, .plan = plan_lock, .answer = answer_lock };

static enum err plan_delete(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_delete *ask = work->ask;
    struct action actions[2];
    struct element row;
    struct loop loop;
    enum err e = read_loop(work, txn, ask->fkey, &loop, &row, fault);

    if (e == ERR_OK)
        e = loop_check_unlocked(&loop, fault);
    if (e != ERR_OK)
        return e;
    actions[0] = action_remove(&row);
    actions[1] = loop_before_put(&work->arena, work->id, ask->fkey, row.body);
    return send_step(work, actions, 2, "delete", ask->fkey, fault);
}

static enum err answer_delete(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_delete *ask = work->ask;

    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct handler loop_handler_delete = { .ends_when_done = true, .plan = plan_delete, .answer = answer_delete };

/* ---- undo ---- */

static enum err refuse_undo(uint64_t fkey, struct fault *fault)
{
    fault_set(fault, ERR_NOT_FOUND, "there is nothing to undo on %s", loop_key_name(fkey));
    fault_hint(fault, "`loophole project undo` reverts the last step of the project");
    return fault ? fault_field(fault, "fkey") : ERR_NOT_FOUND;
}

/* The loop as it was takes the place of the present one, whose body is kept for the next undo. */
static enum err exchange_loop(struct work *work, uint64_t fkey, const struct element *row, struct text before,
                              struct fault *fault)
{
    const struct id id = row->revision ? row->id : loop_part_id(work->id, fkey);
    struct action actions[2] = { action_put(ELEMENT_KIND_LOOP, work->id, id, before, row->revision),
                                 loop_before_put(&work->arena, work->id, fkey, row->body) };

    if (before.len == 0 && row->revision)
        actions[0] = action_remove(row);
    return send_step(work, actions, 2, "undo", fkey, fault);
}

static enum err plan_undo(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_undo *ask = work->ask;
    struct loop loops[LOOP_KEYS];
    struct element rows[LOOP_KEYS] = { 0 };
    const struct element *row = &rows[loop_number(ask->fkey)];
    struct text before;
    enum err e = loop_find_all(txn, &work->arena, work->id, loops, rows);

    if (e != ERR_OK)
        return fault_set(fault, e, "the loops cannot be read");
    if (loop_find_before(txn, &work->arena, work->id, ask->fkey, &before) != ERR_OK ||
        (before.len == 0 && row->revision == 0))
        return refuse_undo(ask->fkey, fault);
    e = loop_check_unlocked(&loops[loop_number(ask->fkey)], fault);
    return e == ERR_OK ? exchange_loop(work, ask->fkey, row, before, fault) : e;
}

static enum err answer_undo(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_loop_undo *ask = work->ask;

    return loop_job_answer_one(work, txn, ask->fkey, fault);
}

const struct handler loop_handler_undo = { .ends_when_done = true, .plan = plan_undo, .answer = answer_undo };
