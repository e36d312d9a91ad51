/* Undo and redo, in the project's own scope. */
#include "services/project/handlers/handler_undo.h"

#include "services/project/handlers/handler_parts.h"

enum err handler_plan_undo(struct work *work, struct txn *txn, struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_undo undo = { .scope = text_of(id_write(work->id, scope)) };

    (void)txn;
    return work_send(work, "persist.undo", &undo, fault);
}

enum err handler_plan_redo(struct work *work, struct txn *txn, struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_redo redo = { .scope = text_of(id_write(work->id, scope)) };

    (void)txn;
    return work_send(work, "persist.redo", &redo, fault);
}

enum err handler_answer_undone(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_undone answer = { .label = work->label };
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = handler_fill_state(work->p, txn, &work->arena, &project, 0, &answer.state);
    if (e != ERR_OK)
        return e;
    answer.state.has_unheard = answer.state.unheard = work->is_unheard;
    answer.state.mirror = handler_compare_mirror(work, txn);
    work_answer(work, &answer);
    return ERR_OK;
}
