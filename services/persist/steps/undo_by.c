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
    uint64_t first, last;
};

/* What the steps after the one that is sought have changed. */
struct later {
    uint64_t top;          /* the newest row of the stack */
    struct id_table items; /* with the newest step that changed each: its distance from `top`, plus 1 */
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
    enum err e = read_operation(p, last, head);

    *step = (struct kept_step){ last, last };
    if (e != ERR_OK || !head->has_first)
        return e;
    step->first = head->first;
    return undo_first_kept(p->w.txn, &p->arena, catalogue_scope, top, &step->first, head);
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
            *number = (uint32_t)(later->top - step) + 1;
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
            return later->top - (*id_table_number(&later->items, items[i]) - 1);
    return 0;
}

static enum err refuse_later(struct persist *p, uint64_t step, uint64_t in_the_way, struct fault *fault)
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
    fault_hint(fault, "undo that step first; `loophole undo list` shows all steps");
    return fault_field(fault, "by");
}

static enum err refuse_files(uint64_t step, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "step %llu wrote into files", (unsigned long long)step);
    fault_hint(fault, "`loophole labels restore` restores the files of single items");
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
            return refuse_files(step->first, fault);
        in_the_way = find_way(later, &row);
        if (in_the_way)
            return refuse_later(p, step->first, in_the_way, fault);
    }
    return ERR_OK;
}

static bool is_by(const struct undo_step *head, struct text by)
{
    return text_equal(head->has_by ? head->by : (struct text){ 0 }, by);
}

/* Walks from the newest step to the oldest. Steps that were undone alone changed nothing in the end. */
static enum err find_step(struct persist *p, struct text by, struct later *later, struct kept_step *step,
                          struct fault *fault)
{
    struct undo_pointers stack;
    struct undo_step head;
    enum err e = undo_pointers(p, catalogue_scope, &stack);

    later->top = stack.top;
    for (uint64_t at = stack.top; e == ERR_OK && at > 0; at = step->first - 1) {
        e = read_step(p, at, stack.top, step, &head);
        if (e != ERR_OK || is_apart(&head))
            continue;
        if (step->first <= stack.at && is_by(&head, by))
            return ERR_OK;
        e = note_step(p, later, step);
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the undo stack cannot be read");
    if (by.len == 0)
        fault_set(fault, ERR_NOT_FOUND, "no step of a client without a name can be undone");
    else
        fault_set(fault, ERR_NOT_FOUND, "no step of the client \"%.*s\" can be undone", TEXT_ARG(by));
    return fault_hint(fault, "`loophole undo list` shows the steps, and the client that made each");
}

enum err undo_take_by(struct persist *p, struct text by, struct taken_back *taken, struct fault *fault)
{
    struct later later = { 0 };
    struct kept_step step = { 0 };
    enum err e = find_step(p, by, &later, &step, fault);

    if (e == ERR_OK)
        e = check_rows(p, &later, &step, fault);
    id_table_free(&later.items);
    return e == ERR_OK ? undo_take_alone(p, catalogue_scope, step.first, step.last, taken, fault) : e;
}
