#include "services/persist/steps/undo_by.h"

#include "common/id_table.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/steps/step_files.h"
#include "services/persist/steps/step_words.h"
#include "services/persist/steps/undo.h"

enum { ROW_ITEMS = 4 };

static const struct id catalogue_scope;

/* A step with the rows that are kept of it. */
struct kept_step {
    uint64_t number, first, last;
};

/* What the steps after the one that is sought have changed. */
struct later {
    struct undo_pointers stack;
    struct id_table items; /* each with 1 + the distance of its newest step from the top of the stack */
    uint64_t newest;       /* the newest such step; 0: none */
    uint64_t of_library;   /* the newest that changed a library with all its items; 0: none */
};

static enum err read_operation(struct persist *p, uint64_t number, struct undo_step *row)
{
    arena_reset(&p->arena);
    return undo_row(p->w.txn, &p->arena, catalogue_scope, number, row);
}

/* Reads the step that ends with row `last`; `head` is its first row. */
static enum err read_step(struct persist *p, uint64_t last, uint64_t top, struct kept_step *step,
                          struct undo_step *head)
{
    enum err e;

    arena_reset(&p->arena);
    step->last = last;
    e = undo_step_ending(p->w.txn, &p->arena, catalogue_scope, top, last, &step->first, head);
    step->number = e == ERR_OK && head->has_first ? head->first : step->first;
    return e;
}

static bool is_apart(const struct undo_step *row)
{
    return row->has_apart && row->apart;
}

/* The items, and the part of a kit, that a row changes; others are zero. */
static void list_items(const struct undo_step *row, struct id items[ROW_ITEMS])
{
    const struct element_edit *part = undo_element(row);

    items[0] = row->before.id;
    items[1] = row->has_relink ? row->relink.id : catalogue_scope;
    items[2] = row->has_relink ? row->relink.with : catalogue_scope;
    items[3] = part ? part->id : catalogue_scope;
}

static void note_row(struct later *later, const struct undo_step *row, uint64_t step)
{
    struct id items[ROW_ITEMS];

    list_items(row, items);
    for (int i = 0; i < ROW_ITEMS; i++) {
        uint32_t *number = id_table_number(&later->items, items[i]);
        if (number && *number == 0)
            *number = (uint32_t)(later->stack.top - step) + 1;
    }
    if (row->has_library && !later->of_library)
        later->of_library = step;
}

static enum err note_step(struct persist *p, struct later *later, const struct kept_step *step)
{
    struct undo_step row;
    enum err e = ERR_OK;

    for (uint64_t at = step->first; e == ERR_OK && at <= step->last; at++) {
        e = read_operation(p, at, &row);
        if (e == ERR_OK)
            note_row(later, &row, step->first);
    }
    later->newest = later->newest ? later->newest : step->first;
    return e;
}

/* The step that must be undone before this row can be; 0: none. */
static uint64_t find_way(struct later *later, const struct undo_step *row)
{
    struct id items[ROW_ITEMS];

    if (later->of_library || row->has_library)
        return later->of_library ? later->of_library : later->newest;
    list_items(row, items);
    for (int i = 0; i < ROW_ITEMS; i++)
        if (id_table_has(&later->items, items[i]))
            return later->stack.top - (*id_table_number(&later->items, items[i]) - 1);
    return 0;
}

static enum err refuse_later(struct persist *p, uint64_t step, uint64_t in_the_way, bool is_undone, struct fault *fault)
{
    struct undo_step row;
    struct text label = { 0 }, by = { 0 };

    if (read_operation(p, in_the_way, &row) == ERR_OK) {
        label = step_words(&p->arena, &row);
        by = row.has_by ? row.by : by;
    }
    fault_set(fault, ERR_CONFLICT, "step %llu (%.*s%s%.*s) changed the same items after step %llu",
              (unsigned long long)in_the_way, TEXT_ARG(label), by.len ? ", by " : "", TEXT_ARG(by),
              (unsigned long long)step);
    fault_hint(fault, is_undone ? "that step is undone, but redo would do it again: change other items first, then "
                                  "it cannot be redone"
                                : "undo that step first; `loophole undo list` shows all steps");
    return fault_field(fault, "by");
}

static enum err refuse_files(uint64_t step, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "step %llu wrote into files", (unsigned long long)step);
    fault_hint(fault, "`loophole labels restore` restores the files of single items");
    return fault_field(fault, "by");
}

static enum err refuse_half(uint64_t step, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "step %llu is half undone", (unsigned long long)step);
    fault_hint(fault, "undo again, without a client, completes it");
    return fault_field(fault, "by");
}

static enum err check_rows(struct persist *p, struct later *later, const struct kept_step *step, struct fault *fault)
{
    for (uint64_t at = step->first; at <= step->last; at++) {
        struct undo_step row;
        struct id write;
        uint64_t in_the_way;

        if (read_operation(p, at, &row) != ERR_OK)
            return fault_set(fault, ERR_INTERNAL, "operation %llu of the undo stack cannot be read",
                             (unsigned long long)at);
        if (step_files_wrote(&row, &write))
            return refuse_files(step->number, fault);
        if (!undo_has_item(p->w.txn, &p->arena, &row)) /* undo skips it */
            continue;
        in_the_way = find_way(later, &row);
        if (in_the_way)
            return refuse_later(p, step->number, in_the_way, in_the_way > later->stack.at, fault);
    }
    return ERR_OK;
}

static bool is_by(const struct undo_step *head, struct text by)
{
    return text_equal(head->has_by ? head->by : (struct text){ 0 }, by);
}

static bool has_any_item(struct persist *p, const struct kept_step *step)
{
    struct undo_step row;

    for (uint64_t at = step->first; at <= step->last; at++)
        if (read_operation(p, at, &row) == ERR_OK && undo_has_item(p->w.txn, &p->arena, &row))
            return true;
    return false;
}

/* Walks from the newest step to the oldest, and reads two rows of each at most: most asks may find none. */
static enum err find_step(struct persist *p, struct text by, const struct undo_pointers *stack, struct kept_step *step,
                          struct fault *fault)
{
    struct undo_step head;
    enum err e = ERR_OK;

    for (uint64_t at = stack->top; at > 0 && e == ERR_OK; at = step->first - 1) {
        e = read_step(p, at, stack->top, step, &head);
        if (e != ERR_OK || step->first > stack->at || is_apart(&head) || !is_by(&head, by) || !has_any_item(p, step))
            continue;
        return step->last <= stack->at ? ERR_OK : refuse_half(step->number, fault);
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the undo stack cannot be read");
    if (by.len == 0)
        fault_set(fault, ERR_NOT_FOUND, "no step of a client without a name can be undone");
    else
        fault_set(fault, ERR_NOT_FOUND, "no step of the client \"%.*s\" can be undone", TEXT_ARG(by));
    return fault_hint(fault, "`loophole undo list` shows the steps, and the client that made each");
}

/* Notes the steps after `step`. Those that were undone alone changed nothing in the end. */
static enum err note_later(struct persist *p, const struct kept_step *step, struct later *later, struct fault *fault)
{
    struct kept_step next = { 0 };
    struct undo_step head;
    enum err e = ERR_OK;

    for (uint64_t at = later->stack.top; e == ERR_OK && at > step->last; at = next.first - 1) {
        e = read_step(p, at, later->stack.top, &next, &head);
        if (e == ERR_OK && !is_apart(&head))
            e = note_step(p, later, &next);
    }
    return e == ERR_OK ? e : fault_set(fault, e, "the undo stack cannot be read");
}

enum err undo_is_next_by(struct persist *p, struct text by, bool *is)
{
    struct undo_pointers stack;
    struct kept_step step;
    struct undo_step head;
    enum err e = undo_pointers(p, catalogue_scope, &stack);

    *is = false;
    if (e != ERR_OK || stack.at == 0)
        return e;
    e = read_step(p, stack.at, stack.top, &step, &head);
    *is = e == ERR_OK && !is_apart(&head) && is_by(&head, by) && has_any_item(p, &step);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Finds the step that redo does next; of none, its number is 0. */
static enum err find_undone(struct persist *p, struct text by, struct kept_step *undone, bool *is)
{
    struct undo_pointers stack;
    struct kept_step step;
    struct undo_step head;
    enum err e = undo_pointers(p, catalogue_scope, &stack);

    *undone = (struct kept_step){ 0 };
    for (uint64_t at = stack.top; e == ERR_OK && at > stack.at; at = step.first - 1) {
        e = read_step(p, at, stack.top, &step, &head);
        const bool is_of_it = e == ERR_OK && is_by(&head, by);
        if (e != ERR_OK || is_apart(&head) || !has_any_item(p, &step))
            continue;
        *undone = step;
        *is = is_of_it;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err undo_check_redo_by(struct persist *p, struct text by, struct fault *fault)
{
    struct kept_step undone;
    bool is = false;
    enum err e = find_undone(p, by, &undone, &is);

    if (e != ERR_OK)
        return fault_set(fault, e, "the undo stack cannot be read");
    if (is || undone.number == 0)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "step %llu, which redo does next, is of another client",
              (unsigned long long)undone.number);
    fault_hint(fault, "`loophole undo list` shows the steps, and the client that made each");
    return fault_field(fault, "by");
}

enum err undo_take_by(struct persist *p, struct text by, struct taken_back *taken, struct fault *fault)
{
    struct later later = { 0 };
    struct kept_step step = { 0 };
    enum err e = undo_pointers(p, catalogue_scope, &later.stack);

    e = e == ERR_OK ? find_step(p, by, &later.stack, &step, fault)
                    : fault_set(fault, e, "the undo stack cannot be read");
    if (e == ERR_OK)
        e = note_later(p, &step, &later, fault);
    if (e == ERR_OK)
        e = check_rows(p, &later, &step, fault);
    id_table_free(&later.items);
    return e == ERR_OK ? undo_take_alone(p, catalogue_scope, step.first, step.last, taken, fault) : e;
}
