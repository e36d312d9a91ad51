#include "services/project/kit/kit_workspace.h"

#include <string.h>

#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_pads.h"
#include "services/project/parts/action.h"
#include "services/project/parts/kit_body.h"

static struct id workspace_id(struct id project)
{
    uint8_t bytes[] = "workspace of a project ................";

    memcpy(bytes + sizeof(bytes) - 1 - sizeof(project.b), project.b, sizeof(project.b));
    return id_of_bytes(bytes, sizeof(bytes));
}

struct kit_workspace kit_workspace_read(struct txn *txn, struct arena *arena, struct id project)
{
    struct kit_workspace to = { 0 };
    struct element row;
    struct tree body;
    double first;

    /* a repeated ask knows only the kit that it changed (work.c) */
    if (elements_is_of_no_project(parts_kind(ELEMENT_KIND_KIT), project) &&
        elements_current(txn, arena, &project) != ERR_OK)
        return to;
    if (elements_get(txn, arena, parts_kind(ELEMENT_KIND_WORKSPACE), project, workspace_id(project), &row) != ERR_OK ||
        tree_read(row.body, arena, &body, NULL) != ERR_OK)
        return to;
    to.has_kit = tree_id(&body, "kit", &to.kit);
    first = tree_real(&body, "first", 0);
    to.first = first >= 0 && first < KIT_PADS ? (uint64_t)first : 0;
    return to;
}

struct action kit_workspace_put(struct arena *arena, struct id project, const struct kit_workspace *workspace)
{
    struct tree body = { .type = TREE_OBJECT };
    struct action action;

    tree_set(&body, arena, "kit", tree_of_id(workspace->kit, arena));
    tree_set(&body, arena, "first", tree_of_whole((int64_t)workspace->first));
    action = action_put(ELEMENT_KIND_WORKSPACE, project, workspace_id(project), tree_canonical(&body, arena), 0);
    action.element.has_expect = false;
    return action;
}

enum err kit_workspace_kit(struct work *work, struct txn *txn, struct element *part, struct kit *to,
                           struct fault *fault)
{
    const struct kit_workspace workspace = kit_workspace_read(txn, &work->arena, work->id);
    struct kit_owners owners = { 3, { work->id, elements_workspace_kits, elements_global_kits } };
    char id[ID_TEXT_SIZE];
    enum err e = ERR_NOT_FOUND;

    if (workspace.has_kit)
        e = kit_find(txn, &work->arena, &owners, text_of(id_write(workspace.kit, id)), part, NULL);
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

static enum err answer_layout(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    work_answer(work, &(const struct nothing){ 0 });
    return ERR_OK;
}

const struct handler kit_handler_layout = { .ends_when_done = true, .plan = plan_layout, .answer = answer_layout };
