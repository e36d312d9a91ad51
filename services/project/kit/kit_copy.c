/* Copies of kits, and kits that move to another scope. */
#include "services/project/kit/kit_find.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/parts/action.h"
#include "services/project/parts/kinds.h"
#include "store/kit/kit_body.h"

static enum err check_move(const struct element *part, const struct kit *kit, struct id owner, struct fault *fault)
{
    if (!id_equal(part->project, owner))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the kit %.*s has the scope %s already", TEXT_ARG(kit->name),
              choice_word(&kit_scope_table, kit->scope.value));
    return fault ? fault_field(fault, "scope") : ERR_BAD_REQUEST;
}

static enum err plan_copy(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_copy_kit *ask = work->ask;
    struct action actions[2];
    struct element part;
    struct kit kit;
    struct id owner, id;
    enum err e;

    if (work->was_done)
        return kit_ask_for_answer(work, fault);
    e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);
    if (e == ERR_OK)
        e = kit_find_owner(work, ask->scope, &owner, fault);
    if (e == ERR_OK && ask->move)
        e = check_move(&part, &kit, owner, fault);
    if (e != ERR_OK)
        return e;
    /* A global kit may come back from the team: what leaves that scope is another kit. */
    id = ask->move && !id_equal(part.project, elements_global_kits) ? part.id : kit_made_id(work);
    kit.name = ask->name.len ? ask->name : kit.name;
    e = kinds_check_name(kit.name, fault);
    if (e == ERR_OK)
        e = kit_find_room(txn, &work->arena, owner, kit.name, id, fault);
    if (e != ERR_OK)
        return e;
    actions[0] = action_remove(&part); /* first, so that the uses of the kit do not end */
    actions[1] = action_put(ELEMENT_KIND_KIT, owner, id, kit_body_write(&kit, part.body, &work->arena), 0);
    return ask->move ? kit_send(work, actions, 2, owner, "save kit", fault)
                     : kit_send(work, &actions[1], 1, owner, "copy kit", fault);
}

const struct handler kit_handler_copy = { .needs_no_project = true, .plan = plan_copy, .answer = kit_answer };
const struct handler kit_handler_copy_in_project = { .plan = plan_copy, .answer = kit_answer };
