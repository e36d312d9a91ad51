/* The operations of batches, each noted after it was judged: others have their turn between two parts of a batch. */
#include "store/parts.h"

#include <string.h>

#include "proto/wire/codec.h"
#include "services/persist/edit/edit.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/analysis.h"
#include "services/persist/places/places.h"
#include "services/persist/steps/apply.h"
#include "services/persist/turn/multipart.h"
#include "tests/sim/model.h"

enum err __real_edit_apply(struct persist *p, const struct edit *edit, enum edit_mode mode, struct done *done,
                           struct fault *fault);
enum err __wrap_edit_apply(struct persist *p, const struct edit *edit, enum edit_mode mode, struct done *done,
                           struct fault *fault);
enum err __real_parts_read(struct txn *txn, struct arena *arena, struct id request,
                           bool (*take)(void *state, const struct part *part), void *state);
enum err __wrap_parts_read(struct txn *txn, struct arena *arena, struct id request,
                           bool (*take)(void *state, const struct part *part), void *state);

enum { LONG_ROWS = 700 /* of a thousand tries */ };

static uint64_t step_top; /* when the last step was opened */

/* An edit outside a batch is noted too; the model knows which is which. */
enum err __wrap_edit_apply(struct persist *p, const struct edit *edit, enum edit_mode mode, struct done *done,
                           struct fault *fault)
{
    const uint64_t at = p->undo.at, top = p->undo.top;
    struct edit flawed = *edit;
    enum err e;

    if (flaw_in_edit)
        flaw_in_edit(&flawed);
    if (flaw_in_step)
        flaw_in_step(&p->step, step_top);
    e = __real_edit_apply(p, &flawed, mode, done, fault);
    if (!p->step.is_open) /* the edits of an apply are done together, when it is answered */
        journal_operation(p->request, at, top);
    return e;
}

/* An apply. Before it, an undo in parts may have skipped steps whose items are gone. */
void __real_undo_open(struct persist *p, struct id scope, struct text label);
void __wrap_undo_open(struct persist *p, struct id scope, struct text label);

void __wrap_undo_open(struct persist *p, struct id scope, struct text label)
{
    step_top = p->undo.top;
    journal_operation(p->request, p->undo.at, p->undo.top);
    __real_undo_open(p, scope, label);
}

#define NOTE_EACH(function, type)                                                                                      \
    enum err __real_##function(struct persist *p, const type *op, struct outcome *outcome, struct fault *fault);       \
    enum err __wrap_##function(struct persist *p, const type *op, struct outcome *outcome, struct fault *fault);       \
    enum err __wrap_##function(struct persist *p, const type *op, struct outcome *outcome, struct fault *fault)        \
    {                                                                                                                  \
        enum err e = __real_##function(p, op, outcome, fault);                                                         \
        journal_operation(p->request, p->undo.at, p->undo.top);                                                        \
        return e;                                                                                                      \
    }

NOTE_EACH(places_put, struct place)
NOTE_EACH(places_move, struct move)
NOTE_EACH(places_presence, struct presence)
NOTE_EACH(analysis_put, struct analysed)

/* ---- undo and redo: their rows are taken, and the work on a library's items begins ---- */

enum err __real_forgetting_continue(struct persist *p);
enum err __wrap_forgetting_continue(struct persist *p);

enum err __wrap_forgetting_continue(struct persist *p)
{
    journal_taken(p->request, p->undo.at, p->undo.top);
    return flaw_in_continuing && flaw_in_continuing() ? ERR_OK : __real_forgetting_continue(p);
}

enum err __real_undo_point(struct persist *p, struct id scope, struct undo_pointers to);
enum err __wrap_undo_point(struct persist *p, struct id scope, struct undo_pointers to);
struct undo_pieces __wrap_undo_pieces(void);

enum err __wrap_undo_point(struct persist *p, struct id scope, struct undo_pointers to)
{
    if (flaw_in_position)
        flaw_in_position(p, &to);
    journal_taken_to(p->request, to.at);
    return __real_undo_point(p, scope, to);
}

struct undo_pieces __wrap_undo_pieces(void)
{
    return (struct undo_pieces){ .whole = MODEL_WHOLE, .part = MODEL_PART };
}

/* ---- an apply in parts: as if its items had long rows, few actions are done together ---- */

enum err __real_apply_some(struct persist *p, const struct apply_part *part, struct applied *applied,
                           struct fault *fault);
enum err __wrap_apply_some(struct persist *p, const struct apply_part *part, struct applied *applied,
                           struct fault *fault);

enum err __wrap_apply_some(struct persist *p, const struct apply_part *part, struct applied *applied,
                           struct fault *fault)
{
    const struct undo_pointers undo = p->undo;
    struct apply_part flawed = *part;
    enum err e;

    if (part->count > 1 && sim_chance(LONG_ROWS))
        return fault_set(fault, ERR_TOO_LARGE, "long rows");
    if (flaw_in_part)
        flaw_in_part(&flawed);
    e = __real_apply_some(p, &flawed, applied, fault);
    if (e == ERR_OK)
        journal_applied(p->request, part->first, part->count, undo.at, undo.top);
    return e;
}

/* ---- the beginning of a removal, also when it begins again ---- */

enum err __real_multipart_begin(struct persist *p, struct call *call, struct multipart *work);
enum err __wrap_multipart_begin(struct persist *p, struct call *call, struct multipart *work);

enum err __wrap_multipart_begin(struct persist *p, struct call *call, struct multipart *work)
{
    enum err e = __real_multipart_begin(p, call, work);

    if (e == ERR_OK && strcmp(call_ask(call)->name, "remove_library") == 0)
        journal_begun(call_request(call), 0);
    return e;
}

/* ---- the beginning of a batch ---- */

/* Bytes of an emptying and of an undo, whose part is only one row, and of an apply in parts. */
enum { PROGRESS = 16, UNDO_PROGRESS = 56, LONG_PROGRESS = 32 };

struct counting {
    bool (*take)(void *state, const struct part *part);
    void *state;
    uint32_t count;
};

static bool count_outcomes(void *state, const struct part *part)
{
    struct counting *counting = state;
    struct arena arena = { 0 };
    struct outcomes outcomes = { 0 };

    if (part->outcomes.len == PROGRESS || part->outcomes.len == UNDO_PROGRESS)
        counting->count++;
    else if (part->outcomes.len == LONG_PROGRESS)
        counting->count = (uint32_t)key_number_at(part->outcomes, 0);
    else if (codec_decode(&outcomes_shape, part->outcomes, &arena, &outcomes, NULL) != ERR_OK)
        sim_fail("a part of a batch does not decode");
    counting->count += outcomes.each.count;
    arena_free(&arena);
    if (part->outcomes.len == LONG_PROGRESS && flaw_in_progress && flaw_in_progress())
        return true;
    return counting->take(counting->state, part);
}

enum err __wrap_parts_read(struct txn *txn, struct arena *arena, struct id request,
                           bool (*take)(void *state, const struct part *part), void *state)
{
    struct counting counting = { take, state, 0 };
    enum err e = __real_parts_read(txn, arena, request, count_outcomes, &counting);

    journal_begun(request, counting.count);
    return e;
}
