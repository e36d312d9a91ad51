/* Asks that change nothing. */
#include <stdlib.h>

#include "services/project/deeds/deeds.h"
#include "services/project/parts/kinds.h"

enum { LISTED_MOST = 4096 };

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

struct project_listing {
    struct project *p;
    struct txn *txn;
    struct arena *arena;
    struct project_lines *to;
    enum err e;
};

static bool list_one(void *state, const struct element *element)
{
    struct project_listing *l = state;

    l->e = deed_fill_state(l->p, l->txn, l->arena, element, 0, &l->to->each.at[l->to->each.count]);
    l->to->each.count += l->e == ERR_OK;
    return l->e == ERR_OK && l->to->each.count < LISTED_MOST;
}

static int compare_names(const void *a, const void *b)
{
    return text_compare(((const struct project_line *)a)->name, ((const struct project_line *)b)->name);
}

static enum err answer_list(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct project_lines states = { 0 };
    struct project_listing listing = { work->p, txn, &work->arena, &states, ERR_OK };
    enum err e;

    (void)fault;
    states.each.at = arena_array(&work->arena, LISTED_MOST, sizeof(*states.each.at));
    e = elements_each_project(txn, &work->arena, list_one, &listing);
    if (e != ERR_OK || listing.e != ERR_OK)
        return e == ERR_OK ? listing.e : e;
    qsort(states.each.at, states.each.count, sizeof(*states.each.at), compare_names);
    work_answer(work, &states);
    return ERR_OK;
}

const struct deed deed_list = { .needs_no_project = true, .answer = answer_list };
