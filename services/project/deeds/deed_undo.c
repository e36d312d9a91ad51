/* Undo and redo, in the project's own scope. */
#include "services/project/deeds/deeds.h"

enum err deed_plan_undo(struct doing *work, struct txn *txn, struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_undo undo = { .scope = text_of(id_write(work->id, scope)) };

    (void)txn;
    return work_send(work, "persist.undo", &undo, fault);
}

enum err deed_plan_redo(struct doing *work, struct txn *txn, struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_redo redo = { .scope = text_of(id_write(work->id, scope)) };

    (void)txn;
    return work_send(work, "persist.redo", &redo, fault);
}

enum err deed_answer_undone(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct project_undone answer = { .label = work->label };
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = deed_fill_state(work->p, txn, &work->arena, &project, 0, &answer.state);
    if (e != ERR_OK)
        return e;
    answer.state.has_unheard = answer.state.unheard = work->is_unheard;
    answer.state.mirror = deed_compare_mirror(work, txn);
    work_answer(work, &answer);
    return ERR_OK;
}
