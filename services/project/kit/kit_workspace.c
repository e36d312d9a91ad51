#include "services/project/kit/kit_workspace.h"

#include <string.h>

#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_pads.h"
#include "services/project/parts/action.h"
#include "store/kit/kit_body.h"

static struct id workspace_id(struct id project)
{
    uint8_t bytes[] = "workspace of a project ................";

    memcpy(bytes + sizeof(bytes) - 1 - sizeof(project.b), project.b, sizeof(project.b));
    return id_of_bytes(bytes, sizeof(bytes));
}

struct loaded_kit kit_workspace_read(struct txn *txn, struct arena *arena, struct id project)
{
    struct loaded_kit to = { 0 };
    struct element row;
    struct tree body;

    /* a repeated ask knows only the kit that it changed (work.c) */
    if (elements_is_of_no_project(parts_kind(ELEMENT_KIND_KIT), project) &&
        elements_current(txn, arena, &project) != ERR_OK)
        return to;
    if (elements_get(txn, arena, parts_kind(ELEMENT_KIND_WORKSPACE), project, workspace_id(project), &row) != ERR_OK ||
        tree_read(row.body, arena, &body, NULL) != ERR_OK ||
        kit_body_record(&body, &loaded_kit_shape, arena, &to, NULL) != ERR_OK)
        return (struct loaded_kit){ 0 };
    return to;
}

struct action kit_workspace_put(struct arena *arena, struct id project, const struct loaded_kit *loaded)
{
    const struct text body = kit_body_keep(&loaded_kit_shape, loaded, TEXT("{}"), arena);
    struct action action = action_put(ELEMENT_KIND_WORKSPACE, project, workspace_id(project), body, 0);

    action.element.has_expect = false;
    return action;
}

const struct held_pad *kit_workspace_holds(const struct loaded_kit *loaded, uint64_t pad)
{
    for (uint32_t i = 0; i < loaded->locks.count; i++)
        if (loaded->locks.at[i].pad == pad)
            return &loaded->locks.at[i];
    return NULL;
}

void kit_workspace_states(struct txn *txn, struct arena *arena, struct kit *kit)
{
    const struct loaded_kit loaded = kit_workspace_read(txn, arena, elements_global_kits);

    kit_find_states(txn, arena, kit);
    kit->has_loaded = loaded.has_kit && id_equal(loaded.kit, kit->id);
    kit->loaded = loaded.first;
    kit->has_held = kit->has_loaded && loaded.locks.count;
    kit->held = loaded.locks;
}

enum err kit_workspace_kit(struct work *work, struct txn *txn, struct element *part, struct kit *to,
                           struct fault *fault)
{
    const struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    struct kit_owners owners = { 3, { work->id, elements_workspace_kits, elements_global_kits } };
    char id[ID_TEXT_SIZE];
    enum err e = ERR_NOT_FOUND;

    if (loaded.has_kit)
        e = kit_find(txn, &work->arena, &owners, text_of(id_write(loaded.kit, id)), part, NULL);
    if (e == ERR_OK)
        return kit_body_read(part, &work->arena, to, fault);
    fault_set(fault, e, "no kit is loaded");
    return fault_hint(fault, "`loophole kit load NAME` loads one, `loophole kit list` shows all"), e;
}

/* ---- the layout ----
 *
 * In a row of its own, so that undo of a load leaves it. */

static struct id layout_id(struct id project)
{
    struct key key = { 0 };

    key_add(&key, "layout of pads", sizeof("layout of pads"));
    key_add(&key, project.b, sizeof(project.b));
    return id_of_bytes(key.b, key.len);
}

uint64_t kit_workspace_layout(struct txn *txn, struct arena *arena, struct id project)
{
    const struct choice kind = parts_kind(ELEMENT_KIND_WORKSPACE);
    struct element row;
    struct tree body;
    double layout = LAYOUT_SMALL;

    if (elements_get(txn, arena, kind, project, layout_id(project), &row) == ERR_OK &&
        tree_read(row.body, arena, &body, NULL) == ERR_OK)
        layout = tree_real(&body, "layout", LAYOUT_SMALL);
    return layout >= LAYOUT_LARGE ? LAYOUT_LARGE : LAYOUT_SMALL;
}

static enum err plan_layout(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_set_layout *ask = work->ask;
    struct tree body = { .type = TREE_OBJECT };
    char scope[ID_TEXT_SIZE];
    struct action action;

    (void)txn;
    if (ask->layout != LAYOUT_SMALL && ask->layout != LAYOUT_LARGE) {
        fault_set(fault, ERR_BAD_REQUEST, "layout %llu is unknown: expected 4 or 8", (unsigned long long)ask->layout);
        return fault ? fault_field(fault, "layout") : ERR_BAD_REQUEST;
    }
    tree_set(&body, &work->arena, "layout", tree_of_whole((int64_t)ask->layout));
    action = action_without_step(action_unchecked(action_put(ELEMENT_KIND_WORKSPACE, work->id, layout_id(work->id),
                                                             tree_canonical(&body, &work->arena), 0)));
    const struct persist_apply apply = { .label = TEXT("layout of the pads"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { 1, &action } };
    return work_apply(work, &apply, fault);
}

const struct handler kit_handler_layout = { .ends_when_done = true,
                                            .plan = plan_layout,
                                            .answer = work_answer_nothing };
