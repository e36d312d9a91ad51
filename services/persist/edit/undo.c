#include "services/persist/edit/undo.h"

#include <stdlib.h>

#include "services/persist/edit/edit.h"
#include "services/persist/turn/multipart.h"
#include "services/persist/turn/turn.h"
#include "store/row.h"

/* Applies one half of the step. not_found: the step or its item is gone. */
static enum err apply_step(struct persist *p, uint64_t number, bool back, struct done *done, struct fault *fault)
{
    struct key key = key_number(number);
    struct undo_step step;
    arena_reset(&p->arena);
    enum err e = row_get(p->w.txn, &p->arena, DB_UNDO, &key, &undo_step_shape, &step);

    if (e != ERR_OK)
        return fault_set(fault, e, "step %llu of the undo stack cannot be read", (unsigned long long)number);
    return edit_apply(p, back ? &step.before : &step.after, EDIT_IS_UNDO, done, fault);
}

static bool has_step(struct persist *p, uint64_t number)
{
    struct key key = key_number(number);
    struct bytes value;

    return txn_get(p->w.txn, DB_UNDO, key_bytes(&key), &value) == ERR_OK;
}

/* Takes back, or does again, the next step whose item is there. When the turn is over first, `*is_cut` is true and the
 * pointer is past the steps whose items are gone. */
enum err undo_take(struct persist *p, bool back, bool *is_cut, struct done *done, struct fault *fault)
{
    uint64_t at = back ? p->undo.at : p->undo.at + 1;

    *is_cut = false;
    for (; back ? at > 0 && has_step(p, at) : at <= p->undo.top; at = back ? at - 1 : at + 1) {
        enum err e = apply_step(p, at, back, done, fault);
        if (e == ERR_NOT_FOUND && !turn_is_over(p))
            continue;
        *is_cut = e == ERR_NOT_FOUND;
        if (e == ERR_OK || *is_cut)
            p->undo.at = back ? at - 1 : at;
        return *is_cut ? turn_wrote(p, ERR_OK) : e;
    }
    return fault_set(fault, ERR_NOT_FOUND, back ? "there is nothing to undo" : "there is nothing to redo");
}

/* ---- in parts: after a library was removed, thousands of steps may be about items that are gone ---- */

struct undoing {
    struct multipart work;
    bool back;
};

static enum err run_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct done done = { 0 };
    bool is_cut;
    enum err e;

    arena_reset(&p->arena);
    e = undo_take(p, ((struct undoing *)work)->back, &is_cut, &done, fault);
    *ended = e == ERR_OK && !is_cut;
    if (*ended)
        ticket_answer(p->service, work->ticket, &done);
    return e;
}

static void free_undoing(struct persist *p, struct multipart *work)
{
    (void)p;
    free(work);
}

enum err undo_begin(struct persist *p, struct call *call, bool back, struct done *answer)
{
    struct multipart *before = multipart_of(p, call_request(call));
    struct undoing *undoing;
    bool is_cut;
    enum err e;

    if (before)
        multipart_forget(p, before);
    turn_begin_part(p);
    e = undo_take(p, back, &is_cut, answer, call_fault(call));
    if (e != ERR_OK || !is_cut)
        return e;
    p->request_writes = p->writes; /* the steps that are skipped stay skipped: busy takes nothing back */
    undoing = calloc(1, sizeof(*undoing));
    if (!undoing)
        return refuse(call, ERR_FULL, "no memory to look for a step");
    *undoing = (struct undoing){ .work = { .part = run_part, .drop = free_undoing }, .back = back };
    return multipart_begin(p, call, &undoing->work);
}
