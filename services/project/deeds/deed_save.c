/* A save: a commit with a number, then project.json. */
#include "common/clock.h"
#include "services/project/deeds/deeds.h"
#include "services/project/parts/document.h"
#include "services/project/parts/kinds.h"

enum { SAVES_KEPT = 64 };

/* ---- the mirror ---- */

static enum err refuse_changed(struct text mirror, bool is_over, struct fault *fault)
{
    if (is_over || !text_is(mirror, "changed"))
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "project.json was changed by another program");
    return fault_hint(fault, "`load --file` takes that change; `save --force` writes over it");
}

static enum err write_mirror(struct doing *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    (void)fault;
    if (work->file.len)
        work_file(work, FILING_WRITE, deed_in_folder(&work->arena, work->folder, "project.json"),
                  bytes_of(work->file.at, work->file.len));
    return ERR_OK;
}

static enum err answer_saved(struct doing *work, struct txn *txn, struct fault *fault)
{
    if (work->filed.code != ERR_OK) {
        *fault = work->filed;
        return fault_hint(fault, "the save is in the store; `loophole project save` writes its file again"),
               work->filed.code;
    }
    work->mirror = TEXT("same");
    return deed_answer_state(work, txn, fault);
}

/* ---- a save ---- */

static struct action save_action(struct doing *work, const struct tree *document, struct text content)
{
    struct tree body = { .type = TREE_OBJECT };
    struct bytes file = bytes_of(work->file.at, work->file.len);
    char hex[33];

    tree_set(&body, &work->arena, "number", tree_of_whole((int64_t)work->number));
    tree_set(&body, &work->arena, "at", tree_of_whole(clock_now()));
    tree_set(&body, &work->arena, "content", tree_of_text(content));
    tree_set(&body, &work->arena, "file",
             tree_of_text(arena_text(&work->arena, text_of(hash_hex(hash_of(file.at, file.len), 32, hex)))));
    tree_set(&body, &work->arena, "document", *document);
    return deed_put_action(ELEMENT_KIND_SAVED, work->id, parts_save_id(work->id, work->number),
                           tree_canonical(&body, &work->arena), 0);
}

static uint32_t drop_oldest(struct doing *work, struct txn *txn, struct action *to)
{
    struct parts_save old;

    if (work->number <= SAVES_KEPT ||
        parts_save_of(txn, &work->arena, work->id, work->number - SAVES_KEPT, &old) != ERR_OK)
        return 0;
    *to = deed_put_action(ELEMENT_KIND_SAVED, work->id, old.element.id, (struct text){ 0 }, old.element.revision);
    to->element.has_body = false;
    return 1;
}

/* Adds items and the number, and makes the text of project.json. */
static void finish_document(struct doing *work, struct txn *txn, const struct element_list *parts,
                            const struct parts_save *last, struct tree *document)
{
    const struct tree *was = last->number ? tree_get(&last->body, "document") : NULL;

    document_add_items(txn, &work->arena, parts, was, document);
    tree_set(document, &work->arena, "revision", tree_of_whole((int64_t)work->number));
    arena_reset(&work->kept);
    work->file = document_file(document, &work->kept);
}

static enum err send_save(struct doing *work, struct txn *txn, const struct tree *document, struct text content,
                          struct fault *fault)
{
    struct tree place;
    struct action actions[3];
    uint32_t count = 0;

    parts_place(txn, &work->arena, work->id, &place);
    tree_set(&place, &work->arena, "saved", tree_of_whole((int64_t)work->number));
    actions[count++] = save_action(work, document, content);
    actions[count++] = deed_place(&work->arena, work->id, place, txn);
    count += drop_oldest(work, txn, &actions[count]);
    const struct persist_apply apply = { .label = TEXT("save"), .actions = { count, actions } };
    return work_apply(work, &apply, fault);
}

static enum err plan_save(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_save *ask = work->ask;
    struct element project;
    struct element_list parts;
    struct parts_save last = { 0 };
    struct tree document, place;
    struct text content;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = refuse_changed(deed_compare_mirror(work, txn), ask->has_over && ask->over, fault);
    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &parts);
    if (e == ERR_OK)
        e = parts_last_save(txn, &work->arena, work->id, &last);
    if (e != ERR_OK)
        return e;
    document_make(&work->arena, &project, &parts, &document);
    content = document_hash(&document, &work->arena);
    bool is_same = last.number && text_equal(content, tree_text(&last.body, "content"));
    work->number = is_same ? last.number : last.number + 1;
    if (is_same)
        document = tree_clone(tree_get(&last.body, "document"), &work->arena);
    parts_place(txn, &work->arena, work->id, &place);
    if (is_same) {
        arena_reset(&work->kept);
        work->file = document_file(&document, &work->kept);
    } else {
        finish_document(work, txn, &parts, &last, &document);
    }
    work->folder = arena_text(&work->kept, tree_text(&place, "folder"));
    return is_same ? ERR_OK : send_save(work, txn, &document, content, fault);
}

const struct deed deed_save = {
    .before = deed_read_mirror,
    .plan = plan_save,
    .after = write_mirror,
    .answer = answer_saved,
};

/* ---- save_as ---- */

/* True: this is a repeated ask, and the copy was made by the first one. */
static bool is_made(struct doing *work, struct txn *txn, struct id *copy)
{
    struct element found;

    *copy = id_of_bytes(work->sender.request.b, 16);
    return parts_get(txn, &work->arena, *copy, &found) == ERR_OK;
}

static enum err begin_copy(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_save_as *ask = work->ask;
    struct id copy;
    enum err e = kinds_check_name(ask->name, fault);

    if (e == ERR_OK && is_made(work, txn, &copy)) {
        work->id = copy;
        return deed_read_mirror(work, txn, fault);
    }
    if (e == ERR_OK)
        e = deed_check_unused(work, txn, ask->name, copy, fault);
    if (e == ERR_OK)
        e = deed_new_folder(work, ask->folder, ask->name, fault);
    if (e == ERR_OK)
        work_file(work, FILING_ABSENT, deed_in_folder(&work->arena, work->folder, "project.json"), (struct bytes){ 0 });
    return e;
}

static enum err read_copy(struct doing *work, struct txn *txn, struct element *project, struct element_list *parts,
                          struct fault *fault)
{
    const struct project_save_as *ask = work->ask;
    struct tree body;
    enum err e = work_project(work, txn, project, fault);

    if (e == ERR_OK)
        e = tree_read(project->body, &work->arena, &body, fault);
    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, parts);
    if (e != ERR_OK)
        return e;
    tree_set(&body, &work->arena, "name", tree_of_text(ask->name));
    work->id = id_of_bytes(work->sender.request.b, 16);
    project->id = project->project = work->id;
    project->body = tree_canonical(&body, &work->arena);
    return ERR_OK;
}

static uint32_t copy_parts(struct doing *work, const struct element *project, const struct element_list *parts,
                           struct action *to)
{
    uint32_t count = 0;

    to[count++] = deed_apart(deed_put_action(ELEMENT_KIND_PROJECT, work->id, work->id, project->body, 0));
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct element *part = &parts->at[i];
        if (kinds_is_edit(part->kind.value))
            to[count++] = deed_apart(deed_put_action(part->kind.value, work->id, part->id, part->body, 0));
    }
    return count;
}

/* Only the file may still be due. */
static enum err finish_copy(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct parts_save last;
    struct tree place;
    enum err e = parts_last_save(txn, &work->arena, work->id, &last);

    if (e != ERR_OK)
        return fault_set(fault, e, "the save cannot be read");
    if (work->filed.code != ERR_NOT_FOUND || last.number == 0)
        return ERR_OK;
    parts_place(txn, &work->arena, work->id, &place);
    work->folder = arena_text(&work->kept, tree_text(&place, "folder"));
    work->file = document_file(tree_get(&last.body, "document"), &work->kept);
    return ERR_OK;
}

static enum err plan_copy(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct element project;
    struct element_list parts;
    struct parts_save none = { 0 };
    struct tree document, place = { .type = TREE_OBJECT };
    struct text folder, content;
    struct action *actions;
    struct id copy;
    uint32_t count;
    enum err e = work->filed.code;

    if (is_made(work, txn, &copy) && id_equal(copy, work->id))
        return finish_copy(work, txn, fault);
    if (e != ERR_OK)
        return *fault = work->filed, e;
    folder = arena_text(&work->arena, work->folder);
    e = read_copy(work, txn, &project, &parts, fault);
    if (e != ERR_OK)
        return e;
    document_make(&work->arena, &project, &parts, &document);
    content = document_hash(&document, &work->arena);
    work->number = 1;
    finish_document(work, txn, &parts, &none, &document);
    work->folder = arena_text(&work->kept, folder);
    actions = arena_array(&work->arena, parts.count + 4, sizeof(*actions));
    count = copy_parts(work, &project, &parts, actions);
    tree_set(&place, &work->arena, "folder", tree_of_text(folder));
    tree_set(&place, &work->arena, "saved", tree_of_whole(1));
    actions[count++] = deed_place(&work->arena, work->id, place, txn);
    actions[count++] = save_action(work, &document, content);
    actions[count++] = deed_open_it(&work->arena, work->id);
    const struct persist_apply apply = { .label = TEXT("save as"), .actions = { count, actions } };
    return work_apply(work, &apply, fault);
}

const struct deed deed_save_as = {
    .before = begin_copy,
    .plan = plan_copy,
    .after = write_mirror,
    .answer = answer_saved,
};

/* ---- draft ---- */

static enum err write_draft(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct element project;
    struct element_list parts;
    struct parts_save last = { 0 };
    struct tree document, place;
    struct text file;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &parts);
    if (e == ERR_OK)
        e = parts_last_save(txn, &work->arena, work->id, &last);
    if (e != ERR_OK)
        return e;
    document_make(&work->arena, &project, &parts, &document);
    work->number = last.number;
    finish_document(work, txn, &parts, &last, &document);
    file = work->file;
    parts_place(txn, &work->arena, work->id, &place);
    work_file(work, FILING_WRITE, deed_in_folder(&work->arena, tree_text(&place, "folder"), "draft.json"),
              bytes_of(file.at, file.len));
    return ERR_OK;
}

static enum err answer_draft(struct doing *work, struct txn *txn, struct fault *fault)
{
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, work->filed.code;
    work->mirror = TEXT("unread");
    return deed_answer_state(work, txn, fault);
}

const struct deed deed_draft = { .after = write_draft, .answer = answer_draft };
