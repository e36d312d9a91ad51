/* Asks that change nothing. */
#include "services/project/deeds/deeds.h"
#include "services/project/parts/kinds.h"

const struct deed deed_current = { .after = deed_read_mirror, .answer = deed_answer_state };
const struct deed deed_state = { .after = deed_read_mirror, .answer = deed_answer_state };

static enum err answer_parts(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct project_parts parts = { 0 };
    struct element_list all;
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = deed_fill_state(work->p, txn, &work->arena, &project, 0, &parts.state);
    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &all);
    if (e != ERR_OK)
        return e;
    parts.state.mirror = deed_compare_mirror(work, txn);
    parts.each.at = arena_array(&work->arena, all.count + 1, sizeof(*parts.each.at));
    parts.each.at[parts.each.count++] = project;
    for (uint32_t i = 0; i < all.count; i++)
        if (kinds_is_edit(all.at[i].kind.value))
            parts.each.at[parts.each.count++] = all.at[i];
    work_answer(work, &parts);
    return ERR_OK;
}

const struct deed deed_show = { .after = deed_read_mirror, .answer = answer_parts };

static enum err answer_saves(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct project_save_lines answer = { 0 };
    const struct tree *saves;
    struct tree place;

    (void)fault;
    parts_place(txn, &work->arena, work->id, &place);
    saves = tree_get(&place, "saves");
    answer.each.at = arena_array(&work->arena, SAVES_KEPT, sizeof(*answer.each.at));
    for (uint32_t i = saves ? saves->count : 0; i-- > 0 && answer.each.count < SAVES_KEPT;) {
        const struct tree *one = &saves->members[i].value;
        answer.each.at[answer.each.count++] = (struct save_line){ .revision = (uint64_t)tree_real(one, "number", 0),
                                                                  .at = (int64_t)tree_real(one, "at", 0),
                                                                  .name = tree_text(one, "name") };
    }
    work_answer(work, &answer);
    return ERR_OK;
}

const struct deed deed_saves = { .answer = answer_saves };
