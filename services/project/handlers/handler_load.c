/* Going back to a save, and opening projects. */
#include "services/project/handlers/handler_load.h"

#include <string.h>

#include "services/project/autosave/autosave.h"
#include "services/project/autosave/autosave_notice.h"
#include "services/project/handlers/handler_parts.h"
#include "services/project/handlers/handler_save.h"
#include "services/project/handlers/media_tree.h"
#include "services/project/handlers/opened_folder.h"
#include "services/project/handlers/recheck.h"
#include "services/project/parts/document.h"
#include "services/project/parts/document_read.h"
#include "services/project/parts/import_note.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/uses.h"
#include "store/catalogue.h"

enum { MEDIA_US = 3000000 };

/* ---- load ---- */

static enum err begin_load_project(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load *ask = work->ask;

    return ask->has_file && ask->file ? handler_read_document(work, txn, fault) : handler_read_mirror(work, txn, fault);
}

static enum err take_document(struct work *work, struct tree *to, struct fault *fault)
{
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, work->filed.code;
    if (work->document.unread.code != ERR_OK)
        return *fault = work->document.unread, fault->code;
    *to = work->document.tree;
    return ERR_OK;
}

/* Completes the refusal of a project.json that was read. */
static enum err refuse_file(struct work *work, struct txn *txn, enum err e, struct fault *fault)
{
    struct text folder = work->folder.len ? work->folder : elements_folder(txn, &work->arena, work->id);

    if ((e == ERR_BAD_REQUEST || e == ERR_VERSION || e == ERR_TOO_LARGE) && fault && !fault->hint[0])
        fault_hint(fault, "nothing was changed; the file is %.*s/project.json", TEXT_ARG(folder));
    return e;
}

/* The number of the save that the ask names; 0: the last. */
static enum err find_revision(struct work *work, struct txn *txn, uint64_t *revision, struct fault *fault)
{
    const struct project_load *ask = work->ask;
    const struct tree *saves;
    struct tree place;

    *revision = ask->revision;
    if (!ask->has_name || !ask->name.len)
        return ERR_OK;
    parts_place(txn, &work->arena, work->id, &place);
    saves = tree_get(&place, "saves");
    for (uint32_t i = saves ? saves->count : 0; i-- > 0;)
        if (text_equal(tree_text(&saves->members[i].value, "name"), ask->name)) {
            *revision = (uint64_t)tree_real(&saves->members[i].value, "number", 0);
            return ERR_OK;
        }
    fault_set(fault, ERR_NOT_FOUND, "the project has no save \"%.*s\"", TEXT_ARG(ask->name));
    return fault_hint(fault, "`loophole project saves` lists them"), ERR_NOT_FOUND;
}

static enum err refuse_revision(uint64_t revision, struct fault *fault)
{
    if (!revision)
        return fault_set(fault, ERR_NOT_FOUND, "the project was never saved");
    fault_set(fault, ERR_NOT_FOUND, "the project has no save %llu", (unsigned long long)revision);
    return fault_hint(fault, "`loophole project saves` lists them"), ERR_NOT_FOUND;
}

static enum err read_save(struct work *work, struct txn *txn, struct tree *to, struct fault *fault)
{
    const struct project_load *ask = work->ask;
    struct parts_save save = { 0 };
    uint64_t revision;
    enum err e;

    if (ask->has_file && ask->file)
        return take_document(work, to, fault);
    e = find_revision(work, txn, &revision, fault);
    if (e != ERR_OK)
        return e;
    e = revision ? parts_save_of(txn, &work->arena, work->id, revision, &save)
                 : parts_last_save(txn, &work->arena, work->id, &save);
    if ((e == ERR_OK && save.number == 0) || e == ERR_NOT_FOUND)
        return refuse_revision(revision, fault);
    if (e != ERR_OK)
        return e;
    work->number = save.number;
    *to = *tree_get(&save.body, "document");
    return ERR_OK;
}

/* True if the catalogue keeps all of an item, or nothing is known of it. An item that no part uses, or that has keys of
 * another program, is kept as a part. */
static bool is_idle_item(struct txn *txn, struct arena *arena, const struct item_uses *uses, const struct element *part)
{
    struct media media;
    struct tree body;

    if (part->kind.value != ELEMENT_KIND_ITEM || text_is(part->body, "{}"))
        return part->kind.value == ELEMENT_KIND_ITEM;
    return uses_have(uses, part->id) && catalogue_media(txn, arena, part->id, &media) == ERR_OK &&
           tree_read(part->body, arena, &body, NULL) == ERR_OK && !document_item_has_more(&body);
}

/* The items in use after the load: slots stay. */
static struct item_uses find_uses_after(struct arena *arena, const struct element_list *now,
                                        const struct element_list *due)
{
    struct element_list all = { 0, arena_array(arena, now->count + due->count, sizeof(*all.at)) };
    struct item_uses uses;

    for (uint32_t i = 0; i < due->count; i++)
        all.at[all.count++] = due->at[i];
    for (uint32_t i = 0; i < now->count; i++)
        if (now->at[i].kind.value == ELEMENT_KIND_SLOT)
            all.at[all.count++] = now->at[i];
    uses_find(arena, &all, &uses);
    return uses;
}

/* The actions that make the current parts equal to those of a document. A part that was of another kind is removed
 * first. */
static uint32_t compare_parts(struct work *work, struct txn *txn, const struct element_list *now,
                              const struct element_list *due, struct action *to)
{
    const struct item_uses uses = find_uses_after(&work->arena, now, due);
    uint32_t count = 0;

    for (uint32_t i = 0; i < now->count; i++) {
        const struct element *part = &now->at[i], *will = document_part(due, part->id);
        if (will ? will->kind.value != part->kind.value : kinds_list_name(part->kind.value) != NULL)
            to[count++] = action_remove(part);
    }
    for (uint32_t i = 0; i < due->count; i++) {
        const struct element *part = &due->at[i], *was = document_part(now, part->id);
        if (was && was->kind.value != part->kind.value)
            was = NULL;
        if (was ? !text_equal(was->body, part->body) : !is_idle_item(txn, &work->arena, &uses, part))
            to[count++] = action_put(part->kind.value, work->id, part->id, part->body, was ? was->revision : 0);
    }
    return count;
}

static enum err read_now(struct work *work, struct txn *txn, struct element_list *to, struct fault *fault)
{
    struct element_list parts;
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &parts);
    if (e != ERR_OK)
        return e;
    to->at = arena_array(&work->arena, parts.count + 1, sizeof(*to->at));
    to->count = parts.count + 1;
    to->at[0] = project;
    if (parts.count)
        memcpy(to->at + 1, parts.at, parts.count * sizeof(*to->at));
    return ERR_OK;
}

/* Keeps the digest of the loaded file, so that the file no longer counts as a foreign change. */
static struct action note_file(struct work *work, struct txn *txn)
{
    const struct bytes bytes = buffer_bytes(&work->bytes);
    struct tree place;
    char hex[33];

    parts_place(txn, &work->arena, work->id, &place);
    hash_hex(hash_of(bytes.at, bytes.len), 32, hex);
    tree_set(&place, &work->arena, "seen", tree_of_text(arena_text(&work->arena, text_of(hex))));
    tree_set(&place, &work->arena, "seen_at", tree_of_whole((int64_t)tree_real(&place, "saved", 0)));
    return action_place(&work->arena, work->id, place, txn);
}

enum err handler_apply_document(struct work *work, struct txn *txn, const struct tree *document, struct text label,
                                struct action_list more, const char *instead, struct fault *fault)
{
    struct element_list now, due = { 0 };
    struct action *actions;
    struct id id;
    char scope[ID_TEXT_SIZE];
    uint32_t count;
    enum err e = read_now(work, txn, &now, fault);

    if (e == ERR_OK)
        e = document_read(document, &work->id, &now, &work->arena, &id, &due, fault);
    if (e != ERR_OK)
        return e;
    actions = arena_array(&work->arena, now.count + due.count + more.count, sizeof(*actions));
    count = compare_parts(work, txn, &now, &due, actions);
    for (uint32_t i = 0; i < more.count; i++)
        actions[count++] = more.at[i];
    if (count == 0)
        return ERR_OK;
    if (count > UNDO_STEPS) {
        fault_set(fault, ERR_TOO_LARGE, "%u parts would change: at most %d can be undone", count, UNDO_STEPS);
        return fault_hint(fault, "nothing was changed; %s", instead), ERR_TOO_LARGE;
    }
    const struct persist_apply apply = { .label = label,
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };
    return work_apply(work, &apply, fault);
}

static enum err plan_load(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_load *ask = work->ask;
    struct action_list more = { 0 };
    struct action note;
    struct tree document;
    struct text label = TEXT("load project.json");
    enum err e = read_save(work, txn, &document, fault);

    if (e != ERR_OK)
        return refuse_file(work, txn, e, fault);
    if (ask->has_file && ask->file) {
        note = note_file(work, txn);
        more = (struct action_list){ 1, &note };
    }
    if (work->number)
        label = arena_printf(&work->arena, "load revision %llu", (unsigned long long)work->number);
    e = handler_apply_document(work, txn, &document, label, more, "load a save that differs in fewer parts", fault);
    return e == ERR_OK ? e : refuse_file(work, txn, e, fault);
}

/* The state, and the check of the files that begins now, are made of one look at the parts. */
static enum err fill_and_recheck(struct work *work, struct txn *txn, struct project_line *state, struct fault *fault)
{
    struct element_list parts;
    struct item_uses uses;
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = handler_fill_state_of(work->p, txn, &work->arena, &project, work->beside, state, &parts, &uses);
    if (e == ERR_OK)
        recheck_begin(work->p, txn, &work->arena, work->id, &parts, &uses);
    return e;
}

static enum err answer_load(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_line state;
    enum err e;

    if (!work->was_done)
        autosave_settled(work->p, work->id);
    work->beside = work->number;
    e = fill_and_recheck(work, txn, &state, fault);
    if (e == ERR_OK)
        handler_answer_filled(work, txn, &state);
    return e;
}

const struct handler handler_load = {
    .before = begin_load_project,
    .plan = plan_load,
    .after = handler_read_mirror,
    .answer = answer_load,
};

/* ---- open ---- */

static enum err begin_open(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_open *ask = work->ask;
    struct element found;
    enum err e;

    if ((ask->project.len > 0) == (ask->folder.len > 0))
        return fault_set(fault, ERR_BAD_REQUEST, "expected the name of a project or its folder, and not both");
    if (ask->folder.len) {
        e = handler_new_folder(work, ask->folder, TEXT(""), fault);
        if (e == ERR_OK)
            opened_folder_read(work, work->folder, file_io_patience(call_deadline(work->call)));
        return e;
    }
    if (!id_is_zero(work->id)) /* the first copy of this ask opened it */
        return ERR_OK;
    e = parts_find(txn, &work->arena, ask->project, &found, fault);
    if (e != ERR_OK)
        return e;
    work->id = found.project;
    /* The other half of the budget is for what follows: the project opens without its file too. */
    const usec_t half = (call_deadline(work->call) - clock_steady()) / 2;
    if (elements_folder(txn, &work->arena, work->id).len)
        opened_folder_read(work, elements_folder(txn, &work->arena, work->id), half < 1 ? 1 : half);
    return ERR_OK;
}

static enum err send_open(struct work *work, struct action_list actions, struct fault *fault)
{
    const struct project_open *ask = work->ask;
    const struct text label = ask->has_import ? TEXT("import bundle") : TEXT("open project");

    return work_apply(work, &(struct persist_apply){ .label = label, .actions = actions }, fault);
}

/* A project that is known, here or in the folder where it was: its folder may have moved. */
static enum err open_known(struct work *work, struct txn *txn, struct fault *fault)
{
    struct action actions[2];
    struct tree place;
    uint32_t count = 0;
    enum err e = work->folder.len ? opened_folder_check(work, txn, fault) : ERR_OK;

    if (e != ERR_OK || work->is_sent)
        return e;
    parts_place(txn, &work->arena, work->id, &place);
    if (work->folder.len && !text_equal(tree_text(&place, "folder"), work->folder)) {
        work->moved_from = arena_text(&work->kept, tree_text(&place, "folder"));
        tree_set(&place, &work->arena, "folder", tree_of_text(work->folder));
        actions[count++] = action_place(&work->arena, work->id, place, txn);
    }
    actions[count++] = action_open(&work->arena, work->id);
    return send_open(work, (struct action_list){ count, actions }, fault);
}

static struct action place_of_file(struct work *work, struct txn *txn, uint64_t number, struct text name)
{
    const struct project_open *ask = work->ask;
    struct tree place = { .type = TREE_OBJECT };

    tree_set(&place, &work->arena, "folder", tree_of_text(work->folder));
    parts_note_save(&place, &work->arena, number, name);
    if (ask->has_import)
        import_note_put(&place, &work->arena, &ask->import);
    return action_place(&work->arena, work->id, place, txn);
}

/* The save that the file is. */
static struct action save_of_file(struct work *work, const struct tree *document, const struct element_list *parts,
                                  uint64_t number)
{
    struct element_list others = { parts->count - 1, parts->at + 1 };
    const struct bytes bytes = buffer_bytes(&work->bytes);
    struct tree content, body = { .type = TREE_OBJECT };
    char hex[33];

    document_make(&work->arena, &parts->at[0], &others, &content);
    hash_hex(hash_of(bytes.at, bytes.len), 32, hex);
    tree_set(&body, &work->arena, "number", tree_of_whole((int64_t)number));
    tree_set(&body, &work->arena, "content", tree_of_text(document_hash(&content, &work->arena)));
    tree_set(&body, &work->arena, "file", tree_of_text(arena_text(&work->arena, text_of(hex))));
    tree_set(&body, &work->arena, "document", *document);
    return action_put(ELEMENT_KIND_SAVED, work->id, parts_save_id(work->id, number),
                      tree_canonical(&body, &work->arena), 0);
}

/* How the rows of a project that is opened for the first time are written. Opening makes no step of undo; an import is
 * one, in which undo takes back the whole project. */
struct row_order {
    bool has_step;    /* of undo */
    bool is_row_step; /* only the row of the project is the step: the others come in parts, or are there already */
};

static struct row_order choose_order(struct work *work, struct txn *txn)
{
    struct element begun;
    const bool has_begun = parts_get(txn, &work->arena, work->id, &begun) == ERR_OK;
    const bool has_step = ((const struct project_open *)work->ask)->has_import;

    return (struct row_order){ has_step, has_step && (work->is_large || has_begun) };
}

/* A project without its place is incomplete and is in no list, so a large import writes the place last. */
static struct action_list list_rows(struct work *work, struct txn *txn, const struct element_list *parts,
                                    struct row_order order, struct action save, struct action place)
{
    struct action_list due = { 0, arena_array(&work->arena, parts->count + 2, sizeof(*due.at)) };

    for (uint32_t i = 0; i < parts->count; i++) {
        const struct action put = action_put(parts->at[i].kind.value, work->id, parts->at[i].id, parts->at[i].body, 0);
        due.at[due.count++] = order.has_step && !order.is_row_step ? put : action_without_step(put);
    }
    due.at[due.count++] = save;
    if (!work->is_large)
        due.at[due.count++] = place;
    return action_left_to_do(txn, &work->arena, work->id, due);
}

/* What makes the project appear. Its row is removed and put again, so that undo removes it. */
static struct action_list finish_rows(struct work *work, struct txn *txn, struct action_list rows,
                                      const struct element *project, struct row_order order, struct action place)
{
    struct action_list to = { 0, arena_array(&work->arena, rows.count + 4, sizeof(*to.at)) };

    for (uint32_t i = 0; i < rows.count; i++)
        to.at[to.count++] = rows.at[i];
    if (order.is_row_step) {
        to.at[to.count++] = action_unchecked(action_without_step(action_remove(project)));
        to.at[to.count++] = action_unchecked(action_put(ELEMENT_KIND_PROJECT, work->id, work->id, project->body, 0));
    }
    if (work->is_large)
        to.at[to.count++] = action_unchecked(place);
    to.at[to.count++] = order.has_step ? action_open_imported(&work->arena, work->id, txn)
                                       : action_open_alone(&work->arena, work->id, txn);
    return to;
}

static enum err open_unknown(struct work *work, struct txn *txn, const struct tree *document,
                             const struct element_list *parts, struct fault *fault)
{
    double revision = tree_real(document, "revision", 1);
    uint64_t number = revision >= 1 && revision < 1e15 ? (uint64_t)revision : 1;
    const struct row_order order = choose_order(work, txn);
    const struct action save = save_of_file(work, document, parts, number);
    const struct action place = place_of_file(work, txn, number, tree_text(document, "revision_name"));
    struct action_list rows;

    if (handler_check_save(work, &save, fault) != ERR_OK)
        return fault_hint(fault, "nothing was changed: the file has too many parts, or too large ones"), ERR_TOO_LARGE;
    rows = list_rows(work, txn, parts, order, save, place);
    return send_open(work, finish_rows(work, txn, rows, &parts->at[0], order, place), fault);
}

/* Its folder is kept as the settings name it, perhaps by a link. */
static bool is_folder_of_draft(struct work *work, struct txn *txn)
{
    const struct project_open *ask = work->ask;
    const struct text folders[] = { work_draft_folder(work), elements_folder(txn, &work->arena, elements_draft_id) };
    struct text asked = { ask->folder.len, (const char *)ask->folder.at };

    while (asked.len > 1 && asked.at[asked.len - 1] == '/')
        asked.len--;
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
        if (text_equal(folders[i], work->folder) || text_equal(folders[i], asked))
            return true;
    return false;
}

/* The draft of another engine becomes a project of its own. Drafts of two engines may have equal files. */
static struct id id_of_foreign_draft(struct work *work, const struct tree *document)
{
    const struct text canonical = tree_canonical(document, &work->arena);
    const struct text text = arena_printf(&work->arena, "%.*s\n%.*s", TEXT_ARG(work->folder), TEXT_ARG(canonical));

    return id_of_bytes(text.at, text.len);
}

/* A file without an id of loophole, which another program may have written, belongs to the project of its folder. So
 * does that of a draft. Zero: the document says which project it is. */
static struct id find_by_folder(struct work *work, struct txn *txn, const struct tree *document)
{
    const bool is_draft = document_is_draft(document);
    struct id found = { { 0 } };

    if (document_has_id(document))
        return found;
    if (is_draft && is_folder_of_draft(work, txn))
        return elements_draft_id;
    found = handler_in_that_folder(work, txn, found);
    return is_draft && id_is_zero(found) ? id_of_foreign_draft(work, document) : found;
}

static enum err plan_open(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_open *ask = work->ask;
    struct element_list parts;
    struct tree document;
    struct id as = { { 0 } };
    enum err e;

    if (ask->project.len)
        return open_known(work, txn, fault);
    if (work->filed.code == ERR_NOT_FOUND) {
        fault_set(fault, ERR_NOT_FOUND, "there is no project.json in %.150s",
                  arena_printf(&work->arena, "%.*s", TEXT_ARG(work->folder)).at);
        return fault_hint(fault, "`loophole project new NAME --folder DIR` makes a project in a folder");
    }
    e = take_document(work, &document, fault);
    if (e == ERR_OK)
        as = find_by_folder(work, txn, &document);
    if (e == ERR_OK)
        e = document_read(&document, id_is_zero(as) ? NULL : &as, NULL, &work->arena, &work->id, &parts, fault);
    if (e != ERR_OK)
        return refuse_file(work, txn, e, fault);
    if (elements_is_complete(txn, &work->arena, work->id))
        return open_known(work, txn, fault);
    return open_unknown(work, txn, &document, &parts, fault);
}

/* Lets the indexer add the copies in Media as items, but only if the project needs one of them: recheck.h looks whether
 * there are takes too. */
static void look_into_media(struct work *work, const struct project_line *state)
{
    work->p->opened++;
    work->has_waited = true;
    if (work->p->autosaving)
        autosave_look_at(work->p, work->id);
    if (state->missing + state->offline > 0)
        media_tree_add(work->p, work->id);
    if (state->missing > 0)
        media_tree_wait(work, work_end_of_wait(work, MEDIA_US));
}

static bool count_loop(void *state, const struct element *part)
{
    *(uint64_t *)state += part->kind.value == ELEMENT_KIND_LOOP;
    return true;
}

/* Loops that were captured without an open project are offered to the one that is opened. */
static void offer_loops(struct work *work, struct txn *txn, struct project_line *state)
{
    uint64_t count = 0;

    if (!id_equal(work->id, elements_draft_id))
        (void)elements_each_part(txn, &work->arena, elements_draft_id, count_loop, &count);
    state->has_draft_loops = count > 0;
    state->draft_loops = count < 12 ? count : 12;
}

static enum err answer_open(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_line state;
    enum err e = fill_and_recheck(work, txn, &state, fault);

    if (e == ERR_OK && !work->has_waited)
        look_into_media(work, &state);
    if (e != ERR_OK || work->is_sent)
        return e;
    if (handler_stop_other_loops(work, txn))
        return ERR_OK;
    opened_folder_fill(work, &state);
    if (((const struct project_open *)work->ask)->has_import)
        autosave_notice(work->p, work->id, autosave_offered(work->p, work->id));
    offer_loops(work, txn, &state);
    handler_answer_filled(work, txn, &state);
    return ERR_OK;
}

const struct handler handler_open = {
    .needs_no_project = true,
    .before = begin_open,
    .plan = plan_open,
    .after = handler_renew_mirror,
    .answer = answer_open,
};
