#include "services/persist/steps/apply.h"

#include <stdio.h>

#include "common/alloc.h"
#include "services/persist/edit/edit.h"
#include "services/persist/edit/element_keys.h"
#include "services/persist/edit/elements.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/places.h"
#include "services/persist/places/relink.h"
#include "services/persist/steps/kit_uses.h"
#include "services/persist/steps/step_words.h"
#include "services/persist/steps/together.h"
#include "services/persist/turn/multipart.h"
#include "services/persist/turn/turn.h"
#include "store/elements.h"

enum { SHORT = 8 /* actions: such an apply is handled like a single ask */ };

/* ---- checks ---- */

static enum err refuse_action(uint32_t number, const char *inner, struct fault *fault)
{
    char field[64];

    if (!fault)
        return ERR_INTERNAL;
    snprintf(field, sizeof(field), "actions[%u]%s%.40s", number, inner[0] ? "." : "", inner);
    return fault_field(fault, field);
}

static enum err check_actions(const struct persist_apply *ask, struct fault *fault)
{
    for (uint32_t i = 0; i < ask->actions.count; i++) {
        const struct action *action = &ask->actions.at[i];
        if (action->has_edit + action->has_move + action->has_element + action->has_relink + action->has_keys == 1)
            continue;
        fault_set(fault, ERR_BAD_REQUEST,
                  "the action has no kind, or several: expected one of edit, move, element, relink, keys");
        return refuse_action(i, "", fault);
    }
    if (ask->actions.count > 0)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "there are no actions to apply");
    return fault_field(fault, "actions");
}

static enum err read_scope(const struct persist_apply *ask, struct id *scope, struct fault *fault)
{
    enum err e = undo_read_scope(ask->scope, scope, fault);

    if (e != ERR_OK || !id_equal(*scope, undo_moves))
        return e;
    fault_set(fault, ERR_BAD_REQUEST, "the scope moves takes no changes of clients: expected catalogue or an id");
    return fault_field(fault, "scope");
}

/* A step is continued only while it is the newest one, so that its rows follow each other. */
static enum err check_step(struct persist *p, uint64_t step, struct id scope, struct fault *fault)
{
    struct undo_pointers stack;
    struct undo_step row;
    enum err e = undo_pointers(p, scope, &stack);

    if (e != ERR_OK)
        return fault_set(fault, e, "the undo stack cannot be read");
    e = step && stack.at == stack.top ? undo_row(p->w.txn, &p->arena, scope, stack.top, &row) : ERR_NOT_FOUND;
    if (e == ERR_OK && step == (row.has_first ? row.first : stack.top))
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "step %llu is not the newest one of its scope", (unsigned long long)step);
    return fault_field(fault, "step");
}

static bool touches_facts(const struct edit *edit)
{
    return edit->facts.count + edit->clear_facts.count + edit->add_tags.count + edit->remove_tags.count +
           edit->add_unlike.count + edit->remove_unlike.count;
}

static size_t reckon_edit(struct persist *p, const struct edit *edit)
{
    return together_reckon(p, edit->id, touches_facts(edit), 2 * together_count_edit(edit));
}

static size_t reckon_action(struct persist *p, const struct action *action)
{
    if (action->has_element)
        return together_reckon_element(p, &action->element);
    if (action->has_keys)
        return together_reckon_keys(p, &action->keys);
    if (action->has_relink)
        return together_reckon(p, action->relink.id, true, 0) + together_reckon(p, action->relink.with, true, 0);
    return action->has_edit ? reckon_edit(p, &action->edit) : together_reckon(p, action->move.id, false, 0);
}

static enum err reckon_actions(struct persist *p, const struct apply_part *part, struct fault *fault)
{
    size_t bytes = 0;

    if (part->count == 1)
        return ERR_OK;
    if (part->count > TOGETHER_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "%u actions: at most %d are done together", part->count, TOGETHER_MOST);
    for (uint32_t i = 0; i < part->count; i++)
        bytes += reckon_action(p, &part->ask->actions.at[part->first + i]);
    return together_check(bytes, fault);
}

/* ---- doing ---- */

static enum err change_part(struct persist *p, const struct action *action, struct fault *why)
{
    const struct element_edit *edit = action->has_element ? &action->element : &action->keys;
    struct done done;
    enum err e = action->has_element ? elements_apply(p, edit, &done, why) : element_keys_apply(p, edit, &done, why);

    return e == ERR_OK ? kit_uses_follow_change(p, edit, why) : e;
}

static enum err try_action(struct persist *p, const struct action *action, struct fault *why)
{
    struct done done;

    if (action->has_edit)
        return edit_apply(p, &action->edit, EDIT_BY_PERSON, &done, why);
    if (action->has_element || action->has_keys)
        return change_part(p, action, why);
    if (action->has_relink)
        return relink_items(p, &action->relink, &done, why);
    return places_relocate(p, &action->move, &done, why);
}

static const char *name_kind(const struct action *action)
{
    return action->has_move      ? "move"
           : action->has_element ? "element"
           : action->has_relink  ? "relink"
           : action->has_keys    ? "keys"
                                 : "";
}

static enum err do_action(struct persist *p, const struct action *action, uint32_t number, struct fault *fault)
{
    const char *head = name_kind(action);
    struct fault why = { 0 };
    char inner[80];
    enum err e;

    arena_reset(&p->arena);
    e = try_action(p, action, &why);
    if (e == ERR_OK || !fault)
        return e;
    *fault = why;
    fault->code = e;
    snprintf(inner, sizeof(inner), "%s%s%s", head, head[0] && why.field[0] ? "." : "", why.field);
    refuse_action(number, inner, fault);
    return e;
}

static enum err do_actions(struct persist *p, struct apply_part *part, struct applied *applied, struct fault *fault)
{
    enum err e = ERR_OK;
    uint32_t done = 0;

    for (; e == ERR_OK && done < part->count && !together_is_used_up(p); done++) {
        uint64_t head = p->head;
        e = do_action(p, &part->ask->actions.at[part->first + done], part->first + done, fault);
        applied->items += p->head != head;
    }
    if (e == ERR_OK && done < part->count && !part->may_end_early)
        e = together_refuse_values(fault);
    part->count = done;
    applied->revision = p->head;
    return e;
}

/* Of the first action that puts a part; NULL: none does. */
static const struct element_edit *find_put(const struct persist_apply *ask)
{
    for (uint32_t i = 0; i < ask->actions.count; i++) {
        const struct action *action = &ask->actions.at[i];
        const struct element_edit *edit = action->has_keys ? &action->keys : &action->element;
        if ((action->has_keys || action->has_element) && edit->has_body)
            return edit;
    }
    return NULL;
}

enum err apply_show(struct persist *p, const struct persist_apply *ask, struct applied *applied, struct fault *fault)
{
    const struct element_edit *edit = ask->has_show && ask->show ? find_put(ask) : NULL;
    enum err e = ERR_NOT_FOUND;

    if (edit)
        e = elements_get(p->w.txn, &p->arena, edit->kind, edit->project, edit->id, &applied->element);
    applied->has_element = e == ERR_OK;
    return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK : fault_set(fault, e, "the part cannot be read");
}

/* The event counts all operations of the step, also those of earlier applies. */
static void record_applied(struct persist *p, struct id scope, const struct persist_apply *ask, uint64_t step)
{
    const struct undo_step first = { .label = ask->label, .after = ask->actions.at[0].edit };
    struct undo_pointers stack;
    char room[ID_TEXT_SIZE];

    if (undo_pointers(p, scope, &stack) == ERR_OK)
        person_steps_add(&p->person_steps, STEP_DEED_DONE, undo_write_scope(scope, room), step,
                         step_words(&p->arena, &first), stack.top - step + 1);
}

enum err apply_some(struct persist *p, struct apply_part *part, struct applied *applied, struct fault *fault)
{
    const struct persist_apply *ask = part->ask;
    struct together together;
    struct id scope;
    enum err e = check_actions(ask, fault);

    *applied = (struct applied){ 0 };
    if (e == ERR_OK)
        e = read_scope(ask, &scope, fault);
    if (e == ERR_OK && part->step)
        e = check_step(p, part->step, scope, fault);
    if (e == ERR_OK)
        e = reckon_actions(p, part, fault);
    if (e == ERR_OK)
        e = together_begin(p, &together, fault);
    if (e != ERR_OK)
        return e;
    undo_open(p, scope, ask->label);
    p->step.first = part->step;
    e = do_actions(p, part, applied, fault);
    if (e == ERR_OK)
        e = apply_show(p, ask, applied, fault);
    applied->step = undo_close(p);
    e = together_end(p, &together, e, fault);
    if (e == ERR_OK && applied->step && applied->items)
        record_applied(p, scope, ask, applied->step);
    return e;
}

enum err apply_all(struct persist *p, const struct persist_apply *ask, struct applied *applied, struct fault *fault)
{
    struct apply_part all = { ask, 0, ask->actions.count, ask->has_step ? ask->step : 0, false };

    if (!ask->has_step || ask->step)
        return apply_some(p, &all, applied, fault);
    fault_set(fault, ERR_CONFLICT, "step 0 is not the newest one of its scope");
    return fault_field(fault, "step");
}

/* ---- in a part of its own ---- */

struct applying {
    struct multipart work;
    const struct persist_apply *ask; /* in the call's memory */
};

static enum err run_apply_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct applied applied;
    enum err e = apply_all(p, ((struct applying *)work)->ask, &applied, fault);

    *ended = e == ERR_OK;
    if (*ended)
        ticket_answer(p->service, work->ticket, &applied);
    return e;
}

enum err apply_begin(struct persist *p, struct call *call, const struct persist_apply *ask, struct applied *answer)
{
    struct multipart *before = multipart_of(p, call_request(call));
    struct applying *applying;

    if (before)
        multipart_forget(p, before);
    if (ask->actions.count <= SHORT)
        return apply_all(p, ask, answer, call_fault(call));
    applying = alloc_bytes(sizeof(*applying));
    *applying = (struct applying){ .work = { .part = run_apply_part, .drop = multipart_free }, .ask = ask };
    return multipart_begin(p, call, &applying->work);
}

enum err apply_edits(struct persist *p, struct call *call, const struct persist_edit_media *ask, struct applied *answer)
{
    const uint32_t count = ask->edits.count;
    struct persist_apply *all = arena_alloc(call_arena(call), sizeof(*all));
    struct action *actions = arena_alloc(call_arena(call), (count + 1) * sizeof(*actions));

    for (uint32_t i = 0; i < count; i++)
        actions[i] = (struct action){ .has_edit = true, .edit = ask->edits.at[i] };
    *all = (struct persist_apply){ .label = ask->label, .actions = { count, actions } };
    return apply_begin(p, call, all, answer);
}
