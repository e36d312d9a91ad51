/* Asks that change nothing. */
#include "services/project/handlers/handler_parts.h"
#include "services/project/handlers/handler_save.h"
#include "services/project/parts/document.h"
#include "services/project/parts/document_read.h"
#include "services/project/parts/kinds.h"

const struct handler handler_current = { .after = handler_read_mirror, .answer = handler_answer_state };
const struct handler handler_state = { .after = handler_read_mirror, .answer = handler_answer_state };

static enum err answer_parts(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_parts parts = { 0 };
    struct element_list all;
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = handler_fill_state(work->p, txn, &work->arena, &project, 0, &parts.state);
    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &all);
    if (e != ERR_OK)
        return e;
    parts.state.mirror = handler_compare_mirror(work, txn);
    parts.each.at = arena_array(&work->arena, all.count + 1, sizeof(*parts.each.at));
    parts.each.at[parts.each.count++] = project;
    for (uint32_t i = 0; i < all.count; i++)
        if (kinds_is_edit(all.at[i].kind.value))
            parts.each.at[parts.each.count++] = all.at[i];
    work_answer(work, &parts);
    return ERR_OK;
}

const struct handler handler_show = { .after = handler_read_mirror, .answer = answer_parts };

static enum err answer_saves(struct work *work, struct txn *txn, struct fault *fault)
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

const struct handler handler_saves = { .answer = answer_saves };

/* ---- a project.json that is not opened ---- */

static enum err read_parts(struct document *document, struct element_list *parts, struct fault *fault)
{
    struct id id;

    return document_read(&document->tree, NULL, NULL, &document->arena, &id, parts, fault);
}

static enum err check_parts(struct document *document, void **result, struct fault *fault)
{
    struct element_list parts;

    (void)result;
    return read_parts(document, &parts, fault);
}

static enum err begin_check(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    work_document(work, ((const struct project_check_document *)work->ask)->file, check_parts);
    return ERR_OK;
}

static enum err answer_check(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    work_answer(work, &(struct nothing){ 0 });
    return ERR_OK;
}

/* The lists with the ids that the parts got; the items and the name of the save as the file has them. */
static struct tree make_whole(struct document *document, const struct element_list *parts)
{
    static const char *const kept[] = { "items", "revision", "revision_name" };
    const struct element_list others = { parts->count - 1, parts->at + 1 };
    struct tree whole;

    document_make(&document->arena, &parts->at[0], &others, &whole);
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
        if (tree_get(&document->tree, kept[i]))
            tree_set(&whole, &document->arena, kept[i], *tree_get(&document->tree, kept[i]));
    return whole;
}

static enum err make_answer(struct document *document, void **result, struct fault *fault)
{
    struct whole_project *answer = arena_alloc(&document->arena, sizeof(*answer));
    struct element_list parts;
    struct tree whole;
    enum err e = read_parts(document, &parts, fault);

    if (e != ERR_OK)
        return e;
    whole = make_whole(document, &parts);
    *answer = (struct whole_project){ .file = document_file(&whole, &document->arena) };
    handler_fill_uses(&document->arena, &parts, &answer->uses);
    *result = answer;
    return ERR_OK;
}

static enum err begin_read(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    work_document(work, ((const struct project_read_document *)work->ask)->file, make_answer);
    return ERR_OK;
}

static enum err answer_read(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    work_answer(work, work->own);
    return ERR_OK;
}

const struct handler handler_check_document = { .needs_no_project = true,
                                                .before = begin_check,
                                                .answer = answer_check };
const struct handler handler_document_read = { .needs_no_project = true, .before = begin_read, .answer = answer_read };
