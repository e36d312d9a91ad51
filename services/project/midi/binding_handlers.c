/* What the service does for the asks about MIDI bindings. */

#include "services/project/midi/bindings.h"
#include "services/project/midi/midi_follow.h"
#include "services/project/pattern/slot_handlers.h"

enum { LEARN_REST_US = 300000 }; /* of the client's time, for the change itself */

static enum err read_bindings(struct work *work, struct txn *txn, struct element *project, struct tree *body,
                              struct midi_bindings *to, struct fault *fault)
{
    enum err e = work_project(work, txn, project, fault);

    if (e == ERR_OK)
        e = tree_read(project->body, &work->arena, body, fault);
    if (e == ERR_OK)
        bindings_read(body, &work->arena, to);
    return e;
}

static enum err answer_bindings(struct work *work, struct txn *txn, struct fault *fault)
{
    struct midi_bindings bindings;
    struct element project;
    struct tree body;
    enum err e = read_bindings(work, txn, &project, &body, &bindings, fault);

    if (e == ERR_OK)
        work_answer(work, &bindings);
    return e;
}

const struct handler binding_handler_list = { .answer = answer_bindings };

static enum err send_bindings(struct work *work, const struct element *project, struct tree *body,
                              const struct midi_bindings *bindings, const char *label, struct fault *fault)
{
    struct action action;

    tree_set(body, &work->arena, "midi", bindings_tree(bindings, tree_get(body, "midi"), &work->arena));
    action =
        action_put(ELEMENT_KIND_PROJECT, work->id, work->id, tree_canonical(body, &work->arena), project->revision);
    return slot_job_send(work, label, &action, 1, fault);
}

/* ---- bind ---- */

struct bind_job {
    struct midi_target target;
    double from, until;
    struct midi_control control;
    bool has_control;
};

static void take_learned(void *state, const struct midi_control *control)
{
    struct work *work = state;
    struct bind_job *job = work->own;

    job->has_control = control != NULL;
    job->control = control ? *control : job->control;
    work_continue(work);
}

static struct choice mode_of(const struct project_bind *ask, const struct midi_target *target)
{
    const int32_t otherwise = target->kind == MIDI_LEVEL    ? MIDI_MODE_PICKUP
                              : target->kind == MIDI_SWITCH ? MIDI_MODE_TOGGLE
                                                            : MIDI_MODE_JUMP;

    return (struct choice){ .value = ask->has_mode ? ask->mode.value : otherwise };
}

static enum err check_mode(const struct project_bind *ask, const struct midi_target *target, struct fault *fault)
{
    const int32_t mode = mode_of(ask, target).value;
    const bool is_of_switch = mode == MIDI_MODE_TOGGLE || mode == MIDI_MODE_HOLD;
    const bool fits = mode == MIDI_MODE_JUMP || (target->kind == MIDI_LEVEL && mode && !is_of_switch) ||
                      (target->kind == MIDI_SWITCH && is_of_switch);

    if (fits)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "mode %.*s does not fit %.*s: expected %s", TEXT_ARG(ask->mode.word),
              TEXT_ARG(ask->target),
              target->kind == MIDI_LEVEL    ? "pickup, jump, twos, offset, sign or reverse"
              : target->kind == MIDI_SWITCH ? "toggle, hold or jump"
                                            : "jump");
    return fault_field(fault, "mode");
}

static enum err check_range(const struct bind_job *job, struct arena *arena, struct fault *fault)
{
    struct target_ask unused;

    if (target_set(&job->target, job->from, arena, &unused, fault) != ERR_OK)
        return fault_field(fault, "from");
    return target_set(&job->target, job->until, arena, &unused, fault) == ERR_OK ? ERR_OK : fault_field(fault, "until");
}

/* All that can be refused before a person moves a control. */
static enum err read_job(const struct project_bind *ask, struct bind_job *job, struct arena *arena, struct fault *fault)
{
    enum err e = target_read(ask->target, &job->target, fault);

    if (e == ERR_OK)
        e = target_check(&job->target, arena, fault);
    if (e == ERR_OK)
        e = check_mode(ask, &job->target, fault);
    if (e != ERR_OK)
        return e;
    job->from = ask->has_from ? ask->from : job->target.from;
    job->until = ask->has_until ? ask->until : job->target.until;
    job->has_control = ask->control.len > 0;
    if (job->has_control && !control_read(ask->control, &job->control)) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a MIDI control: expected cc/1/7, note/10/36, nrpn/1/300, …",
                  TEXT_ARG(ask->control));
        return fault_field(fault, "control");
    }
    return check_range(job, arena, fault);
}

static enum err begin_bind(struct work *work, struct txn *txn, struct fault *fault)
{
    struct bind_job *job = arena_alloc(&work->kept, sizeof(*job));
    enum err e;

    (void)txn;
    *job = (struct bind_job){ 0 };
    work->own = job;
    e = read_job(work->ask, job, &work->arena, fault);
    if (e != ERR_OK || job->has_control)
        return e;
    work->is_sent = true;
    midi_learn(work->p, call_deadline(work->call) - LEARN_REST_US, take_learned, work);
    return ERR_OK;
}

/* Removes the bindings that the new one replaces. Errors (explained): exists (its control moves something else). */
static enum err make_room(struct midi_bindings *bindings, const struct project_bind *ask, struct text control,
                          struct fault *fault)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < bindings->each.count; i++) {
        const struct midi_binding *each = &bindings->each.at[i];
        const bool is_same = text_equal(each->target, ask->target);

        if (!is_same && text_equal(each->control, control) && !ask->over) {
            fault_set(fault, ERR_EXISTS, "%.*s moves %.*s", TEXT_ARG(control), TEXT_ARG(each->target));
            return fault_hint(fault, "--force binds it to this target instead");
        }
        if (!is_same && !text_equal(each->control, control))
            bindings->each.at[kept++] = *each;
    }
    bindings->each.count = kept;
    if (kept < MIDI_BINDINGS)
        return ERR_OK;
    fault_set(fault, ERR_FULL, "the project has %u MIDI bindings: at most %d are allowed", kept, MIDI_BINDINGS);
    return fault_hint(fault, "forget one: loophole midi forget TARGET");
}

static enum err plan_bind(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_bind *ask = work->ask;
    const struct bind_job *job = work->own;
    char room[MIDI_CONTROL_SIZE];
    struct midi_bindings bindings;
    struct element project;
    struct tree body;
    enum err e;

    if (!job->has_control) {
        fault_set(fault, ERR_TIMEOUT, "no control was moved at a port midi_in, or another client is learning now");
        return fault_hint(fault, "`loophole audio connect midi_in CLIENT:PORT` connects a device");
    }
    e = read_bindings(work, txn, &project, &body, &bindings, fault);
    if (e != ERR_OK)
        return e;
    const struct midi_binding binding = {
        .control = arena_text(&work->arena, text_of(control_write(job->control, room))),
        .target = ask->target,
        .mode = mode_of(ask, &job->target),
        .from = job->from,
        .until = job->until,
    };
    e = make_room(&bindings, ask, binding.control, fault);
    if (e != ERR_OK)
        return e;
    bindings.each.at[bindings.each.count++] = binding;
    return send_bindings(work, &project, &body, &bindings, "bind MIDI control", fault);
}

const struct handler binding_handler_bind = {
    .ends_when_done = true,
    .before = begin_bind,
    .plan = plan_bind,
    .answer = answer_bindings,
};

/* A client checks before it asks a person to move a control. */
static enum err answer_check(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_bind *ask = work->ask;
    struct bind_job job = { 0 };
    struct midi_bindings bindings;
    struct element project;
    struct tree body;
    enum err e = read_job(ask, &job, &work->arena, fault);

    if (e == ERR_OK)
        e = read_bindings(work, txn, &project, &body, &bindings, fault);
    if (e == ERR_OK && (job.has_control || !ask->over))
        e = make_room(&bindings, ask, ask->control, fault);
    return e == ERR_OK ? answer_bindings(work, txn, fault) : e;
}

const struct handler binding_handler_check = { .answer = answer_check };

/* ---- unbind ---- */

static enum err plan_unbind(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_unbind *ask = work->ask;
    const bool is_all = text_is(ask->named, "all");
    struct midi_bindings bindings;
    struct element project;
    struct tree body;
    uint32_t kept = 0;
    enum err e = read_bindings(work, txn, &project, &body, &bindings, fault);

    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < bindings.each.count; i++) {
        const struct midi_binding *each = &bindings.each.at[i];
        if (!is_all && !text_equal(each->target, ask->named) && !text_equal(each->control, ask->named))
            bindings.each.at[kept++] = *each;
    }
    if (kept == bindings.each.count && !is_all)
        return fault_set(fault, ERR_NOT_FOUND, "nothing is bound to \"%.*s\"", TEXT_ARG(ask->named));
    bindings.each.count = kept;
    return send_bindings(work, &project, &body, &bindings, "forget MIDI control", fault);
}

const struct handler binding_handler_unbind = { .ends_when_done = true,
                                                .plan = plan_unbind,
                                                .answer = answer_bindings };
