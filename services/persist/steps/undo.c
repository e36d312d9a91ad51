#include "services/persist/steps/undo.h"

#include "common/alloc.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/forgetting.h"
#include "services/persist/steps/step_files.h"
#include "services/persist/steps/step_words.h"
#include "services/persist/steps/together.h"
#include "services/persist/steps/undo_operation.h"
#include "services/persist/turn/turn.h"
#include "store/row.h"

/* Rows of one scope: one step, or several steps. */
struct rows {
    struct id scope;
    uint64_t first, last;
};

/* Of a step with many rows: the rows of one part. */
static struct rows first_part(const struct rows *rows, bool back)
{
    const struct undo_pieces pieces = undo_pieces();
    struct rows part = *rows;

    if (rows->last - rows->first < pieces.whole)
        return part;
    if (back)
        part.first = rows->last - pieces.part + 1;
    else
        part.last = rows->first + pieces.part - 1;
    return part;
}

/* A kit of the step is not as the step left it: then none of its other rows is taken either. */
static enum err leave_step(struct persist *p, const struct together *together, const struct taken_back *before,
                           struct taken_back *taken, struct fault *fault)
{
    const uint64_t changed = taken->changed;

    (void)together_end(p, together, ERR_CONFLICT, fault);
    *taken = *before;
    taken->has_changed = true;
    taken->changed = changed;
    return turn_is_broken(p) ? fault_set(fault, p->broken.code, "%s", p->broken.what) : ERR_OK;
}

/* Takes all rows, or none; with `may_end_early` until they have read TOGETHER_VALUES: `rows` is then those that were
 * taken. */
static enum err take_rows(struct persist *p, struct rows *rows, bool back, bool may_end_early, struct taken_back *taken,
                          struct fault *fault)
{
    const uint64_t count = rows->last - rows->first + 1;
    const struct taken_back before = *taken;
    struct together together;
    enum err e = together_begin(p, &together, fault);
    uint64_t done = 0;

    if (e != ERR_OK)
        return e;
    for (; e == ERR_OK && done < count && !together_is_used_up(p); done++)
        e = undo_operation_take(p, rows->scope, back ? rows->last - done : rows->first + done, back, taken, fault);
    if (e == ERR_OK && done < count && !may_end_early)
        e = together_refuse_values(fault);
    if (back)
        rows->first = rows->last + 1 - done;
    else
        rows->last = rows->first + done - 1;
    if (e == ERR_OK && taken->changed > before.changed && taken->items > before.items)
        return leave_step(p, &together, &before, taken, fault);
    return together_end(p, &together, e, fault);
}

/* ---- the next step ---- */

/* Finds the rows of the step that ends (`back`) or begins with row `at`. If a part of the step is undone already, finds
 * only the remaining rows. Errors: not_found (there is no such step). */
static enum err find_step(struct persist *p, struct id scope, uint64_t at, bool back, uint64_t top, struct rows *rows)
{
    struct undo_step row;
    enum err e;

    arena_reset(&p->arena);
    *rows = (struct rows){ scope, at, at };
    if (back)
        return undo_step_ending(p->w.txn, &p->arena, scope, top, at, &rows->first, &row);
    e = undo_row(p->w.txn, &p->arena, scope, at, &row);
    const uint64_t first = row.has_first ? row.first : at;
    while (e == ERR_OK && rows->last < top) {
        arena_reset(&p->arena);
        e = undo_row(p->w.txn, &p->arena, scope, rows->last + 1, &row);
        if (e != ERR_OK || !row.has_first || row.first != first)
            break;
        rows->last++;
    }
    return e;
}

static enum err refuse_none(bool back, enum err e, struct fault *fault)
{
    if (e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the undo stack cannot be read");
    return fault_set(fault, ERR_NOT_FOUND, back ? "there is nothing to undo" : "there is nothing to redo");
}

/* Reads the first row of the step of row `*number`: a part of a long redo begins with a later row. */
static enum err read_first_row(struct persist *p, struct id scope, uint64_t *number, struct undo_step *row)
{
    struct undo_pointers stack;
    enum err e = undo_pointers(p, scope, &stack);
    uint64_t first;

    arena_reset(&p->arena);
    if (e == ERR_OK)
        e = undo_row(p->w.txn, &p->arena, scope, *number, row);
    if (e != ERR_OK || !row->has_first)
        return e;
    first = *number = row->first;
    return undo_first_kept(p->w.txn, &p->arena, scope, stack.top, &first, row);
}

/* Names the step, and records it for the event; the label is valid until p->arena is reset. */
static void name_step(struct persist *p, const struct rows *rows, bool back, struct taken_back *taken)
{
    char room[ID_TEXT_SIZE];
    struct undo_step row;

    taken->step = rows->first;
    if (read_first_row(p, rows->scope, &taken->step, &row) == ERR_OK)
        taken->label = step_words(&p->arena, &row);
    person_steps_add(&p->person_steps, back ? STEP_DEED_UNDONE : STEP_DEED_REDONE, undo_write_scope(rows->scope, room),
                     taken->step, taken->label, taken->items);
}

/* The work of a row that fails is done later, and may belong to another library: the step is taken all the same. */
static enum err continue_forgetting(struct persist *p, struct fault *fault)
{
    enum err e = forgetting_continue(p);

    return turn_is_broken(p) ? fault_set(fault, e, "the items of a library cannot be written") : ERR_OK;
}

enum err undo_take_next(struct persist *p, struct id scope, bool back, bool *is_cut, struct taken_back *taken,
                        struct fault *fault)
{
    struct rows rows = { scope, taken->step, taken->step }, part, next;
    uint64_t step = taken->step;
    struct undo_pointers stack;
    enum err e = undo_pointers(p, scope, &stack);

    *is_cut = false;
    do {
        uint64_t at = back ? stack.at : stack.at + 1;
        if (e == ERR_OK)
            e = at > 0 && at <= stack.top ? find_step(p, scope, at, back, stack.top, &next) : ERR_NOT_FOUND;
        if (e != ERR_OK)
            return refuse_none(back, e, fault);
        if (step_files_stop(p, scope, at, &step))
            break;
        rows = next;
        part = first_part(&rows, back);
        if (taken->items == 0 && !taken->changed)
            *taken = (struct taken_back){ .revision = p->head };
        e = take_rows(p, &part, back, true, taken, fault);
        if (e != ERR_OK)
            return e;
        stack.at = back ? part.first - 1 : part.last;
        *is_cut = part.first != rows.first || part.last != rows.last ||
                  (taken->items == 0 && !taken->changed && turn_is_over(p));
    } while (taken->items == 0 && !taken->changed && !*is_cut);
    e = continue_forgetting(p, fault);
    if (e != ERR_OK)
        return e;
    name_step(p, &rows, back, taken);
    taken->steps = 1;
    return undo_point(p, scope, stack);
}

enum err undo_take(struct persist *p, struct id scope, bool back, bool *is_cut, struct taken_back *taken,
                   struct fault *fault)
{
    *taken = (struct taken_back){ 0 };
    return undo_take_next(p, scope, back, is_cut, taken, fault);
}

/* ---- steps by number ---- */

static enum err refuse_unknown(struct id scope, uint64_t step, const struct undo_pointers *stack, struct fault *fault)
{
    if (step == 0 || step > stack->top)
        return fault_set(fault, ERR_NOT_FOUND, "there is no step %llu: the newest is %llu", (unsigned long long)step,
                         (unsigned long long)stack->top);
    return fault_set(fault, ERR_NOT_FOUND, "step %llu is no longer kept: its scope keeps %llu operations",
                     (unsigned long long)step, (unsigned long long)undo_most(scope));
}

static enum err find_named(struct persist *p, struct id scope, uint64_t step, struct undo_pointers *stack,
                           struct undo_step *row, struct fault *fault)
{
    enum err e = undo_pointers(p, scope, stack);

    if (e == ERR_OK && step && step <= stack->top)
        e = undo_row(p->w.txn, &p->arena, scope, step, row);
    if ((e == ERR_OK && (step == 0 || step > stack->top)) || e == ERR_NOT_FOUND)
        return refuse_unknown(scope, step, stack, fault);
    if (e != ERR_OK)
        return fault_set(fault, e, "the undo stack cannot be read");
    if (row->has_first) {
        fault_set(fault, ERR_NOT_FOUND, "%llu is not a step: it is an operation of step %llu", (unsigned long long)step,
                  (unsigned long long)row->first);
        return fault_hint(fault, "`loophole undo list` shows the steps");
    }
    if (step > stack->at || (row->has_apart && row->apart))
        return fault_set(fault, ERR_CONFLICT, "step %llu is already undone", (unsigned long long)step);
    return ERR_OK;
}

static bool touches_facts(const struct edit *edit)
{
    return edit->facts.count + edit->clear_facts.count > 0;
}

static size_t reckon_row(struct persist *p, const struct undo_step *row)
{
    const struct element_edit *part = undo_element(row);

    if (part)
        return row->has_keys_before ? together_reckon_keys(p, part) : together_reckon_element(p, part);
    return together_reckon(p, row->before.id, touches_facts(&row->before), together_count_edit(&row->before));
}

static enum err reckon_rows(struct persist *p, const struct rows *rows, struct fault *fault)
{
    struct undo_step row;
    size_t bytes = 0;
    enum err e = ERR_OK;

    for (uint64_t at = rows->first; e == ERR_OK && at <= rows->last; at++) {
        arena_reset(&p->arena);
        e = undo_row(p->w.txn, &p->arena, rows->scope, at, &row);
        bytes += e == ERR_OK ? reckon_row(p, &row) : 0;
    }
    if (e != ERR_OK)
        return fault_set(fault, e, "the undo stack cannot be read");
    e = together_check(bytes, fault);
    return e == ERR_OK ? e : fault_hint(fault, "undo fewer steps together, or one after another");
}

static enum err refuse_gone(uint64_t step, const struct taken_back *taken, struct fault *fault)
{
    if (taken->changed)
        return fault_set(
            fault, ERR_CONFLICT,
            "step %llu cannot be undone: another member of the team or another client changed the kit since",
            (unsigned long long)step);
    return fault_set(fault, ERR_CONFLICT, "step %llu cannot be undone: its items are no longer in the catalogue",
                     (unsigned long long)step);
}

enum err undo_take_to(struct persist *p, struct id scope, uint64_t to, struct taken_back *taken, struct fault *fault)
{
    struct undo_pointers stack;
    struct undo_step row;
    enum err e = find_named(p, scope, to, &stack, &row, fault);
    struct rows rows = { scope, to, stack.at };

    if (e == ERR_OK)
        e = reckon_rows(p, &rows, fault);
    if (e != ERR_OK)
        return e;
    *taken = (struct taken_back){ .revision = p->head };
    e = take_rows(p, &rows, true, false, taken, fault);
    if (e == ERR_OK && taken->items == 0)
        e = refuse_gone(to, taken, fault);
    if (e == ERR_OK)
        e = continue_forgetting(p, fault);
    if (e != ERR_OK)
        return e;
    name_step(p, &rows, true, taken);
    stack.at = to - 1;
    return undo_point(p, scope, stack);
}

static enum err write_apart(struct persist *p, const struct rows *rows, struct fault *fault)
{
    struct undo_step row;
    enum err e = ERR_OK;

    for (uint64_t at = rows->first; e == ERR_OK && at <= rows->last; at++) {
        arena_reset(&p->arena);
        e = undo_row(p->w.txn, &p->arena, rows->scope, at, &row);
        row.has_apart = row.apart = true;
        e = e == ERR_OK ? undo_row_put(p, rows->scope, at, &row) : turn_wrote(p, e);
    }
    return e == ERR_OK ? e : fault_set(fault, e, "the step cannot be written");
}

enum err undo_take_alone(struct persist *p, struct id scope, uint64_t first, uint64_t last, struct taken_back *taken,
                         struct fault *fault)
{
    struct rows rows = { scope, first, last };
    enum err e = reckon_rows(p, &rows, fault);

    *taken = (struct taken_back){ .revision = p->head };
    if (e == ERR_OK)
        e = take_rows(p, &rows, true, false, taken, fault);
    if (e == ERR_TOO_LARGE)
        return fault_hint(fault, "only plain undo takes such a step, when it is the last");
    if (e == ERR_OK && taken->items == 0)
        e = refuse_gone(first, taken, fault);
    if (e == ERR_OK)
        e = continue_forgetting(p, fault);
    if (e == ERR_OK)
        e = write_apart(p, &rows, fault);
    if (e != ERR_OK)
        return e;
    name_step(p, &rows, true, taken);
    taken->steps = 1;
    return ERR_OK;
}

enum err undo_take_only(struct persist *p, uint64_t step, struct taken_back *taken, struct fault *fault)
{
    struct undo_pointers stack;
    struct undo_step row;
    enum err e = find_named(p, undo_moves, step, &stack, &row, fault);

    return e == ERR_OK ? undo_take_alone(p, undo_moves, step, step, taken, fault) : e;
}
