#include "services/persist/steps/undo_operation.h"

#include "services/persist/edit/edit.h"
#include "services/persist/edit/element_keys.h"
#include "services/persist/edit/elements.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/folder_moves.h"
#include "services/persist/places/forgetting.h"
#include "services/persist/places/kept_places.h"
#include "services/persist/places/places.h"
#include "services/persist/places/relink.h"
#include "services/persist/steps/kit_uses.h"

static enum err explain_row(uint64_t number, bool back, enum err e, struct fault *fault)
{
    const struct fault why = fault ? *fault : (struct fault){ 0 };

    fault_set(fault, e, "operation %llu of the undo stack cannot be %s: %.150s", (unsigned long long)number,
              back ? "undone" : "redone", why.what);
    return why.hint[0] ? fault_hint(fault, "%s", why.hint) : e;
}

static enum err exchange_part(struct persist *p, struct element_edit *version, struct done *done, struct fault *fault)
{
    enum err e = elements_exchange(p, version, done, fault);

    return e == ERR_OK ? kit_uses_follow_change(p, version, fault) : e;
}

static enum err take_half(struct persist *p, struct id scope, const struct undo_step *row, bool back, struct done *done,
                          struct fault *fault)
{
    enum err e;

    if (row->has_library)
        return forgetting_take(p, row, back, done, fault);
    if (row->has_element_before) {
        struct element_edit version = back ? row->element_before : row->element_after;
        return exchange_part(p, &version, done, fault);
    }
    if (row->has_keys_before) {
        e = element_keys_take(p, row, back, done, fault);
        return e == ERR_OK ? kit_uses_follow_change(p, &row->keys_before, fault) : e;
    }
    if (row->has_folder_back)
        return folder_moves_take(p, row, back, done, fault);
    if (row->has_relink)
        return relink_take(p, row, back, done, fault);
    if (!row->has_back)
        return edit_apply_step(p, back ? &row->before : &row->after, back && row->has_forgotten ? row->forgotten : 0,
                               done, fault);
    e = places_take_move(p, back ? &row->back : &row->again, back, done, fault);
    return e == ERR_OK && id_equal(scope, undo_moves) ? kept_places_note(p, &row->again, back) : e;
}

/* The row keeps the version that the other one replaced. A kit that another member or client changed since stays. */
static enum err exchange_element(struct persist *p, struct id scope, uint64_t number, struct undo_step *row,
                                 struct taken_back *taken, struct done *done, struct fault *fault)
{
    enum err e;

    if (row->has_left && !elements_are_as_left(p, row)) {
        taken->has_changed = true;
        taken->changed++;
        return ERR_NOT_FOUND;
    }
    e = exchange_part(p, &row->element, done, fault);
    if (e == ERR_OK && row->has_left)
        elements_note_left(p, row);
    return e == ERR_OK ? undo_row_put(p, scope, number, row) : e;
}

enum err undo_operation_take(struct persist *p, struct id scope, uint64_t number, bool back, struct taken_back *taken,
                             struct fault *fault)
{
    struct undo_step row;
    struct done done = { 0 };
    enum err e;

    arena_reset(&p->arena);
    e = undo_row(p->w.txn, &p->arena, scope, number, &row);
    if (e != ERR_OK)
        return fault_set(fault, ERR_INTERNAL, "operation %llu of the undo stack cannot be read",
                         (unsigned long long)number);
    if (row.has_apart && row.apart)
        return ERR_OK;
    e = row.has_element ? exchange_element(p, scope, number, &row, taken, &done, fault)
                        : take_half(p, scope, &row, back, &done, fault);
    taken->gone += e == ERR_NOT_FOUND;
    taken->items += e == ERR_OK;
    taken->steps += !row.has_first;
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : explain_row(number, back, e, fault);
    taken->revision = done.revision;
    taken->id = done.id;
    return ERR_OK;
}
