/* The autosave before an import. */
#include "services/project/autosave/autosave.h"
#include "services/project/recovery/recovery_handlers.h"

static void checkpoint_is_over(void *state)
{
    work_continue(state);
}

static enum err begin_checkpoint(struct work *work, struct txn *txn, struct fault *fault)
{
    const enum err e = elements_current(txn, &work->arena, &work->id);
    const usec_t now = clock_steady(), until = now + (call_deadline(work->call) - now) / 2;

    if (e != ERR_OK || !work->p->autosaving)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    (void)fault;
    autosave_checkpoint(work->p, work->id, until, checkpoint_is_over, work);
    work->is_sent = true;
    return ERR_OK;
}

static enum err answer_checkpoint(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct set_name set = autosave_checkpoint_made(work->p, work->id);
    struct checkpoint answer = { 0 };
    char stem[SET_STEM_SIZE];
    struct element project;
    struct tree body;

    (void)fault;
    if (parts_get(txn, &work->arena, work->id, &project) == ERR_OK &&
        tree_read(project.body, &work->arena, &body, NULL) == ERR_OK)
        answer.name = tree_text(&body, "name");
    if (set.second)
        answer.autosave = arena_text(&work->arena, text_of(set_stem_write(&set, stem)));
    else
        answer.trouble = text_of(autosave_checkpoint_trouble(work->p, work->id));
    work_answer(work, &answer);
    return ERR_OK;
}

const struct handler recovery_handler_checkpoint = { .needs_no_project = true,
                                                     .before = begin_checkpoint,
                                                     .answer = answer_checkpoint };
