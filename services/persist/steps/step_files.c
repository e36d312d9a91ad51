#include "services/persist/steps/step_files.h"

#include "services/persist/edit/undo_stack.h"

bool step_files_wrote(const struct undo_step *row, struct id *write)
{
    const struct fact_list *facts = &row->after.facts;

    for (uint32_t i = 0; i < facts->count; i++)
        if (text_is(facts->at[i].attribute, "labels_written") && facts->at[i].has_text)
            return id_read(facts->at[i].text, write);
    return false;
}

static enum err refuse_step(uint64_t row, bool back, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "operation %llu wrote into a file", (unsigned long long)row);
    fault_hint(fault, back ? "`loophole undo` undoes such a step, with its files, one step after another"
                           : "`loophole redo` redoes such a step, with its files");
    return fault_field(fault, "files");
}

enum err step_files_check(struct persist *p, struct id scope, bool back, uint64_t to, struct fault *fault)
{
    struct undo_pointers stack;
    enum err e = undo_pointers(p, scope, &stack);
    uint64_t first = back ? (to ? to : stack.at) : stack.at + 1, last = back ? stack.at : stack.at + 1;
    uint64_t dropped = stack.top > undo_most(scope) ? stack.top - undo_most(scope) : 0;

    for (uint64_t at = first > dropped ? first : dropped + 1; e == ERR_OK && at <= last && at <= stack.top; at++) {
        struct undo_step row;
        struct id write;

        arena_reset(&p->arena);
        if (undo_row(p->w.txn, &p->arena, scope, at, &row) == ERR_OK && step_files_wrote(&row, &write))
            return refuse_step(at, back, fault);
    }
    return ERR_OK; /* what cannot be read is reported by undo itself */
}

bool step_files_stop(struct persist *p, struct id scope, uint64_t at, uint64_t *step)
{
    const uint64_t before = *step;
    struct undo_step row;
    struct id write;

    arena_reset(&p->arena);
    if (undo_row(p->w.txn, &p->arena, scope, at, &row) != ERR_OK)
        return false; /* as above */
    *step = row.has_first ? row.first : at;
    return before && before != *step && step_files_wrote(&row, &write);
}
