/* loop_adopt.c: loops that were captured without an open project become those of a project. */
#include "services/project/loop/loop_handlers.h"
#include "services/project/loop/loop_job.h"
#include "services/project/parts/action.h"

static enum err refuse_adoption(const struct work *work, struct fault *fault)
{
    if (id_equal(work->id, elements_draft_id)) {
        fault_set(fault, ERR_CONFLICT, "no project is open that could take over the loops of the draft");
        return fault_hint(fault, "`loophole project open NAME` opens one"), ERR_CONFLICT;
    }
    fault_set(fault, ERR_NOT_FOUND, "the draft project has no loops for keys that are free here");
    return fault_hint(fault, "`loophole loop list --project draft` lists its loops"), ERR_NOT_FOUND;
}

static enum err plan_adopt(struct work *work, struct txn *txn, struct fault *fault)
{
    struct loop here[LOOP_KEYS], there[LOOP_KEYS];
    struct element rows[LOOP_KEYS] = { 0 };
    struct action actions[2 * LOOP_KEYS];
    char scope[ID_TEXT_SIZE];
    uint32_t count = 0;
    enum err e = loop_find_all(txn, &work->arena, work->id, here, NULL);

    if (e == ERR_OK)
        e = loop_find_all(txn, &work->arena, elements_draft_id, there, rows);
    if (e != ERR_OK)
        return fault_set(fault, e, "the loops cannot be read");
    for (uint32_t i = 0; i < LOOP_KEYS; i++) {
        if (here[i].fkey || !there[i].fkey)
            continue;
        actions[count++] =
            action_put(ELEMENT_KIND_LOOP, work->id, loop_part_id(work->id, there[i].fkey), rows[i].body, 0);
        actions[count++] = action_remove(&rows[i]);
    }
    if (count == 0 || id_equal(work->id, elements_draft_id))
        return refuse_adoption(work, fault);
    const struct persist_apply apply = { .label = TEXT("adopt loops"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };
    return work_apply(work, &apply, fault);
}

const struct handler loop_handler_adopt = {
    .ends_when_done = true,
    .plan = plan_adopt,
    .answer = loop_job_answer_all,
};
