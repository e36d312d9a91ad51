#include "services/persist/steps/undo_begin.h"

#include <string.h>

#include "common/alloc.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/steps/step_files.h"
#include "services/persist/steps/undo.h"
#include "services/persist/steps/undo_by.h"
#include "services/persist/turn/progress.h"
#include "services/persist/turn/turn.h"

struct undoing {
    struct multipart work;
    struct taken_back taken; /* so far */
    struct id scope;
    struct undo_pointers left; /* as the last part left them */
    bool back;
};

/* Of the stored progress; the id takes two. */
enum { PROGRESS_ITEMS, PROGRESS_GONE, PROGRESS_STEP, PROGRESS_AT, PROGRESS_TOP, PROGRESS_ID, PROGRESS_NUMBERS = 7 };

static enum err store_progress(struct persist *p, struct undoing *undoing)
{
    enum err e = undo_pointers(p, undoing->scope, &undoing->left);
    uint64_t numbers[PROGRESS_NUMBERS] = { [PROGRESS_ITEMS] = undoing->taken.items,
                                           [PROGRESS_GONE] = undoing->taken.gone,
                                           [PROGRESS_STEP] = undoing->taken.step,
                                           [PROGRESS_AT] = undoing->left.at,
                                           [PROGRESS_TOP] = undoing->left.top };

    memcpy(&numbers[PROGRESS_ID], undoing->taken.id.b, sizeof(undoing->taken.id.b));
    return e == ERR_OK ? progress_store(p, &undoing->work, numbers, PROGRESS_NUMBERS) : e;
}

/* Of a request whose first parts were done before a death; otherwise all is 0. */
static enum err read_progress(struct persist *p, struct undoing *undoing)
{
    uint64_t numbers[PROGRESS_NUMBERS] = { 0 };
    enum err e = progress_read(p, undoing->work.request, &undoing->work, numbers, PROGRESS_NUMBERS);

    undoing->taken.revision = undoing->work.revision;
    undoing->taken.items = numbers[PROGRESS_ITEMS];
    undoing->taken.gone = numbers[PROGRESS_GONE];
    undoing->taken.step = numbers[PROGRESS_STEP];
    memcpy(undoing->taken.id.b, &numbers[PROGRESS_ID], sizeof(undoing->taken.id.b));
    undoing->left.at = numbers[PROGRESS_AT];
    undoing->left.top = numbers[PROGRESS_TOP];
    turn_set_change(p, undoing->work.revision);
    return e;
}

static bool has_moved(const struct undo_pointers *now, const struct undo_pointers *left)
{
    return now->at != left->at || now->top != left->top;
}

static enum err refuse_moved(const struct taken_back *taken, bool back, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "another change came between: %llu operations of step %llu are %s",
              (unsigned long long)taken->items, (unsigned long long)taken->step, back ? "undone" : "redone");
    return fault_hint(fault, "`loophole undo list` shows the remaining steps");
}

/* The next part of a step may be none of it if another client added or undid a step meanwhile. */
static enum err check_left(struct persist *p, const struct undoing *undoing, struct fault *fault)
{
    struct undo_pointers now;
    enum err e = undo_pointers(p, undoing->scope, &now);

    if (e != ERR_OK)
        return fault_set(fault, e, "the undo stack cannot be read");
    return undoing->taken.items && has_moved(&now, &undoing->left) ? refuse_moved(&undoing->taken, undoing->back, fault)
                                                                   : ERR_OK;
}

static enum err take_next_part(struct persist *p, struct undoing *undoing, bool *is_cut, struct fault *fault)
{
    enum err e = check_left(p, undoing, fault);

    if (e == ERR_OK)
        e = undo_take_next(p, undoing->scope, undoing->back, is_cut, &undoing->taken, fault);
    if (e != ERR_OK)
        return e;
    e = *is_cut ? store_progress(p, undoing) : progress_drop(p, undoing->work.request);
    return e == ERR_OK ? e : fault_set(fault, e, "the progress of the step cannot be written");
}

static enum err undo_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct undoing *undoing = (struct undoing *)work;
    bool is_cut = false;
    enum err e = take_next_part(p, undoing, &is_cut, fault);

    *ended = e == ERR_OK && !is_cut;
    if (*ended)
        ticket_answer(p->service, work->ticket, &undoing->taken);
    return e;
}

static enum err begin_taking(struct persist *p, struct call *call, struct id scope, bool back,
                             struct taken_back *answer)
{
    struct multipart *before = multipart_of(p, call_request(call));
    struct undoing *undoing, first = { .work = { .part = undo_part,
                                                 .drop = multipart_free,
                                                 .request = call_request(call),
                                                 .digest = call_digest(call) },
                                       .scope = scope,
                                       .back = back };
    bool is_cut;
    enum err e;

    if (before)
        multipart_forget(p, before);
    e = read_progress(p, &first);
    if (e != ERR_OK)
        return refuse(call, e, "the finished part of this request cannot be read");
    turn_begin_part(p);
    e = take_next_part(p, &first, &is_cut, call_fault(call));
    *answer = first.taken;
    if (e != ERR_OK || !is_cut)
        return e;
    p->request_writes = p->writes; /* skipped steps stay skipped, so `busy` undoes nothing */
    undoing = alloc_bytes(sizeof(*undoing));
    *undoing = first;
    undoing->work.revision = p->request_revision;
    undoing->taken.label = (struct text){ 0 };
    return multipart_begin(p, call, &undoing->work);
}

/* ---- the calls ---- */

static enum err refuse_only(struct call *call)
{
    refuse(call, ERR_BAD_REQUEST, "`only` needs `to`, and the scope moves");
    return fault_field(call_fault(call), "only");
}

static struct text read_by(struct persist *p, struct text by)
{
    return by.len ? by : text_of(p->client);
}

/* Plainly, so that redo does it again, if it is the newest of all and wrote into no files. */
static enum err undo_of_client(struct persist *p, struct call *call, struct id scope, const struct persist_undo *ask,
                               struct taken_back *answer)
{
    const struct text by = read_by(p, ask->by);
    bool is_next;
    enum err e;

    if (!id_is_zero(scope) || ask->has_to || ask->has_only || ask->has_files) {
        refuse(call, ERR_BAD_REQUEST, "`by` is for the scope catalogue, without `to`, `only` and `files`");
        return fault_field(call_fault(call), "by");
    }
    e = undo_is_next_by(p, by, &is_next);
    if (e != ERR_OK)
        return refuse(call, e, "the undo stack cannot be read");
    if (is_next && step_files_check(p, scope, true, 0, NULL) == ERR_OK)
        return begin_taking(p, call, scope, true, answer);
    return undo_take_by(p, by, answer, call_fault(call));
}

static enum err check_redo(struct persist *p, struct call *call, struct id scope, const struct persist_redo *ask)
{
    if (ask->has_by && (!id_is_zero(scope) || ask->has_files)) {
        refuse(call, ERR_BAD_REQUEST, "`by` is for the scope catalogue, without `files`");
        return fault_field(call_fault(call), "by");
    }
    if (ask->has_by) {
        const enum err e = undo_check_redo_by(p, read_by(p, ask->by), call_fault(call));
        if (e != ERR_OK)
            return e;
    }
    return ask->has_files && ask->files ? ERR_OK : step_files_check(p, scope, false, 0, call_fault(call));
}

enum err undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask, struct taken_back *answer)
{
    bool only = ask->has_only && ask->only;
    struct id scope;
    enum err e = undo_read_scope(ask->scope, &scope, call_fault(call));

    if (e != ERR_OK)
        return e;
    if (ask->has_by)
        return undo_of_client(p, call, scope, ask, answer);
    if (only && (!ask->has_to || !id_equal(scope, undo_moves)))
        return refuse_only(call);
    if (only)
        return undo_take_only(p, ask->to, answer, call_fault(call));
    if (!(ask->has_files && ask->files))
        e = step_files_check(p, scope, true, ask->has_to ? ask->to : 0, call_fault(call));
    if (e != ERR_OK)
        return e;
    if (ask->has_to)
        return undo_take_to(p, scope, ask->to, answer, call_fault(call));
    return begin_taking(p, call, scope, true, answer);
}

enum err undo_begin_redo(struct persist *p, struct call *call, const struct persist_redo *ask,
                         struct taken_back *answer)
{
    struct id scope;
    enum err e = undo_read_scope(ask->scope, &scope, call_fault(call));

    if (e == ERR_OK)
        e = check_redo(p, call, scope, ask);
    return e == ERR_OK ? begin_taking(p, call, scope, false, answer) : e;
}
