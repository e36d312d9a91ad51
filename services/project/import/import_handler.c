#include "services/project/import/import_handler.h"

#include "schema_project.h"
#include "services/project/handlers/handler_parts.h"
#include "services/project/import/import_plan.h"
#include "services/project/parts/kinds.h"

static enum err begin_import(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_import_document *ask = work->ask;

    (void)txn, (void)fault;
    work_document(work, ask->file, NULL);
    return ERR_OK;
}

/* Looks whether the folder of a new project has one already. Then the plan is made again. */
static enum err choose_folder(struct work *work, struct text name, struct fault *fault)
{
    enum err e = handler_new_folder(work, (struct bytes){ 0 }, name, fault);

    if (e == ERR_OK)
        work_file(work, FILE_IO_ABSENT, handler_in_folder(&work->arena, work->folder, "project.json"),
                  (struct bytes){ 0 });
    return e;
}

/* The place comes last: without it there is no project. */
static enum err add_new_project(struct work *work, struct txn *txn, struct import_plan *plan, struct fault *fault)
{
    struct tree place = { .type = TREE_OBJECT };
    enum err e = handler_check_unused(work, txn, plan->name, work->id, fault);

    if (e == ERR_OK)
        e = handler_check_folder(work, txn, work->id, fault);
    if (e != ERR_OK)
        return e;
    tree_set(&place, &work->arena, "folder", tree_of_text(work->folder));
    plan->todo.at[plan->todo.count++] = action_place(&work->arena, work->id, place, txn);
    return ERR_OK;
}

static enum err send_import(struct work *work, const struct import_plan *plan, struct fault *fault)
{
    const struct project_import_document *ask = work->ask;
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = ask->label.len ? ask->label : TEXT("import"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = plan->todo };

    return work_apply(work, &apply, fault);
}

/* What was filed is of the document until a folder was chosen, and then of that. Another client may have imported the
 * document meanwhile: then the project is there, and is compared. */
static enum err plan_import(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_import_document *ask = work->ask;
    struct import_plan plan;
    enum err e;

    if (work->filed.code != ERR_OK && !work->folder.len)
        return *fault = work->filed, fault->code;
    e = import_plan_find(work, txn, &plan, fault);
    if (e == ERR_OK && plan.is_new && work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    if (e == ERR_OK && plan.is_new && !ask->check && !work->folder.len)
        return choose_folder(work, plan.name, fault);
    if (e == ERR_OK)
        e = import_plan_make(work, txn, &plan, fault);
    if (e == ERR_OK && plan.is_new && !ask->check)
        e = add_new_project(work, txn, &plan, fault);
    if (e != ERR_OK)
        return e;
    work->own = arena_alloc(&work->kept, sizeof(struct project_import));
    import_plan_keep(&plan, work->id, &work->kept, work->own);
    return ask->check || plan.todo.count == 0 ? ERR_OK : send_import(work, &plan, fault);
}

/* A copy of an ask that was done says only which project it was. */
static enum err answer_import(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_import answer = { .id = work->id };
    struct element project;
    struct tree body;
    enum err e;

    if (work->own) {
        work_answer(work, work->own);
        return ERR_OK;
    }
    e = work_project(work, txn, &project, fault);
    if (e == ERR_OK)
        e = tree_read(project.body, &work->arena, &body, fault);
    if (e == ERR_OK)
        answer.name = tree_text(&body, "name");
    if (e == ERR_OK)
        work_answer(work, &answer);
    return e;
}

const struct handler import_handler = {
    .needs_no_project = true,
    .ends_when_done = true,
    .before = begin_import,
    .plan = plan_import,
    .answer = answer_import,
};
