/* A save: a commit with a number, then project.json. */
#include "services/project/handlers/handler_save.h"

#include <stdlib.h>

#include "common/clock.h"
#include "proto/wire/json_bounds.h"
#include "services/project/autosave/autosave.h"
#include "services/project/files/mirror.h"
#include "services/project/handlers/handler_parts.h"
#include "services/project/parts/document.h"
#include "services/project/parts/kinds.h"

enum { SLOTS_ALL = 128 * 128, SLOTS_BYTES = 3 << 20 /* of one answer, which has the document, too */ };

/* ---- the mirror ---- */

enum err handler_refuse_changed(struct text mirror, struct fault *fault)
{
    if (!text_is(mirror, "changed"))
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "project.json was changed by another program");
    return fault_hint(fault, "`load --file` loads that change; `save --force` overwrites it");
}

enum err handler_write_mirror(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    if (work->file.len && work->filed.code != ERR_TIMEOUT) /* otherwise the folder hangs already: the answer says so */
        work_file(work, FILE_IO_WRITE, handler_in_folder(&work->arena, work->folder, "project.json"),
                  bytes_of(work->file.at, work->file.len));
    return ERR_OK;
}

static void take_mirror(void *owner, const struct fault *read, struct bytes file, struct text state)
{
    struct work *work = owner;

    work->mirror = state;
    buffer_reset(&work->bytes);
    buffer_add(&work->bytes, file.at, file.len);
    work_continue_after(work, read);
}

enum err handler_renew_mirror(struct work *work, struct txn *txn, struct fault *fault)
{
    struct text folder = elements_folder(txn, &work->arena, work->id);

    (void)fault;
    if (!folder.len)
        return ERR_OK;
    const usec_t half =
        (call_deadline(work->call) - clock_steady()) / 2; /* the rest is for what does not need the file */
    work->is_sent = true;
    mirror_renew(work->p, work->id, handler_in_folder(&work->arena, folder, "project.json").at, half < 1 ? 1 : half,
                 take_mirror, work);
    return ERR_OK;
}

enum err handler_answer_saved(struct work *work, struct txn *txn, struct fault *fault)
{
    if (work->filed.code != ERR_OK) {
        *fault = work->filed;
        return fault_hint(fault, "the save is in the store; `loophole project save` writes its file again"),
               work->filed.code;
    }
    work->mirror = TEXT("same");
    return handler_answer_state(work, txn, fault);
}

/* ---- a save ---- */

static struct text digest_of_file(struct work *work)
{
    char hex[33];

    return arena_text(&work->arena, text_of(hash_hex(hash_of(work->file.at, work->file.len), 32, hex)));
}

enum err handler_check_save(const struct work *work, const struct action *action, struct fault *fault)
{
    if (action->element.body.len > SAVE_BYTES)
        fault_set(fault, ERR_TOO_LARGE, "the save would have %u KiB: at most %d KiB", action->element.body.len >> 10,
                  SAVE_BYTES >> 10);
    else if (work->file.len > FILE_IO_MOST)
        fault_set(fault, ERR_TOO_LARGE, "its project.json would have %u KiB: at most %d KiB are read",
                  work->file.len >> 10, FILE_IO_MOST >> 10);
    else if (json_check_bounds(work->file, JSON_VALUES_FILE, fault) == ERR_OK)
        return ERR_OK;
    return fault_hint(fault, "all parts are kept as they are; remove some that are not needed, and save again");
}

struct action handler_save_action(struct work *work, const struct tree *document, struct text content)
{
    struct tree body = { .type = TREE_OBJECT };

    tree_set(&body, &work->arena, "number", tree_of_whole((int64_t)work->number));
    tree_set(&body, &work->arena, "at", tree_of_whole(clock_now()));
    tree_set(&body, &work->arena, "content", tree_of_text(content));
    tree_set(&body, &work->arena, "file", tree_of_text(digest_of_file(work)));
    tree_set(&body, &work->arena, "document", *document);
    return action_put(ELEMENT_KIND_SAVED, work->id, parts_save_id(work->id, work->number),
                      tree_canonical(&body, &work->arena), 0);
}

static uint32_t drop_oldest(struct work *work, struct txn *txn, struct action *to)
{
    struct parts_save old;

    if (work->number <= SAVES_KEPT ||
        parts_save_of(txn, &work->arena, work->id, work->number - SAVES_KEPT, &old) != ERR_OK)
        return 0;
    *to = action_remove(&old.element);
    return 1;
}

void handler_finish_numbered(struct work *work, struct tree *document)
{
    tree_set(document, &work->arena, "revision", tree_of_whole((int64_t)work->number));
    work->file = document_file(document, &work->kept);
}

void handler_finish_document(struct work *work, struct txn *txn, const struct element_list *parts,
                             const struct parts_save *last, bool is_draft, struct tree *document)
{
    const struct tree *was = last->number ? tree_get(&last->body, "document") : NULL;

    document_add_items(txn, &work->arena, parts, was, is_draft, document);
    handler_finish_numbered(work, document);
}

enum err handler_save_actions(struct work *work, struct txn *txn, const struct tree *document, struct text content,
                              struct tree *place, struct action_list *to, struct fault *fault)
{
    *to = (struct action_list){ 0, arena_array(&work->arena, HANDLER_SAVE_ACTIONS, sizeof(*to->at)) };
    parts_note_save(place, &work->arena, work->number, tree_text(document, "revision_name"));
    to->at[to->count++] = handler_save_action(work, document, content);
    if (handler_check_save(work, &to->at[0], fault) != ERR_OK)
        return ERR_TOO_LARGE;
    to->at[to->count++] = action_place(&work->arena, work->id, *place, txn);
    to->count += drop_oldest(work, txn, &to->at[to->count]);
    return ERR_OK;
}

static enum err send_save(struct work *work, struct txn *txn, const struct tree *document, struct text content,
                          struct fault *fault)
{
    struct persist_apply apply = { .label = TEXT("save") };
    struct tree place;
    enum err e;

    parts_place(txn, &work->arena, work->id, &place);
    e = handler_save_actions(work, txn, document, content, &place, &apply.actions, fault);
    return e == ERR_OK ? work_apply(work, &apply, fault) : e;
}

/* What a save or a draft is made of. */
struct saving {
    struct element_list parts;
    struct parts_save last;
    struct tree document; /* without items and number */
};

static enum err read_saving(struct work *work, struct txn *txn, struct saving *to, struct fault *fault)
{
    struct element project;
    struct tree place;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &to->parts);
    if (e == ERR_OK)
        e = parts_last_save(txn, &work->arena, work->id, &to->last);
    if (e != ERR_OK)
        return e;
    document_make(&work->arena, &project, &to->parts, &to->document);
    parts_place(txn, &work->arena, work->id, &place);
    work->folder = arena_text(&work->kept, tree_text(&place, "folder"));
    return ERR_OK;
}

static struct text name_of_save(const struct work *work)
{
    const struct project_save *ask = work->ask;

    return ask->has_name ? ask->name : (struct text){ 0 };
}

/* True if the catalogue still says of each item what the last save has: its content, its place, and what a person gave
 * it. A take that became final is an item that the last save lacks. */
static bool has_same_items(struct arena *arena, const struct tree *document, const struct tree *last)
{
    static const struct tree none = { .type = TREE_LIST };
    const struct tree *was = tree_get(last, "items");

    return text_equal(tree_canonical(tree_get(document, "items"), arena), tree_canonical(was ? was : &none, arena));
}

/* True: nothing has changed since the last save, so its file stays, or is written again with the same bytes. If another
 * program wrote the file in another layout, those bytes are lost: then a new save, with another digest, is needed. */
static bool is_last_save(struct work *work, const struct saving *s, struct text content, struct text mirror)
{
    const struct text name = name_of_save(work);
    const struct parts_save *last = &s->last;
    const struct tree *document = tree_get(&last->body, "document");

    if (last->number == 0 || !text_equal(content, tree_text(&last->body, "content")))
        return false;
    if (name.len && !text_equal(name, tree_text(document, "revision_name")))
        return false;
    if (!has_same_items(&work->arena, &s->document, document))
        return false;
    work->file = text_is(mirror, "same") ? (struct text){ 0 } : document_file(document, &work->kept);
    return !work->file.len || text_equal(digest_of_file(work), tree_text(&last->body, "file"));
}

static enum err plan_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_save *ask = work->ask;
    struct saving s = { 0 };
    struct text content, mirror = handler_compare_mirror(work, txn);
    enum err e = ask->has_over && ask->over ? ERR_OK : handler_refuse_changed(mirror, fault);

    if (e == ERR_OK && name_of_save(work).len)
        e = kinds_check_name(name_of_save(work), fault);
    if (e == ERR_OK)
        e = read_saving(work, txn, &s, fault);
    if (e != ERR_OK)
        return e;
    content = document_hash(&s.document, &work->arena);
    document_add_items(txn, &work->arena, &s.parts, tree_get(&s.last.body, "document"), false, &s.document);
    work->number = s.last.number;
    if (is_last_save(work, &s, content, mirror))
        return ERR_OK;
    work->number++;
    if (name_of_save(work).len)
        tree_set(&s.document, &work->arena, "revision_name", tree_of_text(name_of_save(work)));
    handler_finish_numbered(work, &s.document);
    return send_save(work, txn, &s.document, content, fault);
}

/* ---- an autosave that is being written ---- */

static void read_mirror_now(void *state)
{
    struct work *work = state;
    struct txn *txn;

    work->is_sent = false;
    if (project_read(work->p, &txn, NULL) == ERR_OK) {
        (void)handler_read_mirror(work, txn, NULL);
        txn_end(txn);
    }
    if (!work->is_sent)
        work_continue(work);
}

/* An explicit save waits for it, for at most half of its time. */
static enum err begin_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const usec_t now = clock_steady(), until = now + (call_deadline(work->call) - now) / 2;

    work->is_sent = autosave_wait(work->p, work->id, until, read_mirror_now, work);
    return work->is_sent ? ERR_OK : handler_read_mirror(work, txn, fault);
}

/* The file of a copy's save is that of the store: parts may have changed since. */
static enum err write_saved(struct work *work, struct txn *txn, struct fault *fault)
{
    return work->was_done ? handler_renew_mirror(work, txn, fault) : handler_write_mirror(work, txn, fault);
}

static enum err answer_save(struct work *work, struct txn *txn, struct fault *fault)
{
    if (work->was_done)
        return handler_answer_state(work, txn, fault);
    autosave_settled(work->p, work->id);
    return handler_answer_saved(work, txn, fault);
}

const struct handler handler_save = {
    .ends_when_done = true,
    .before = begin_save,
    .plan = plan_save,
    .after = write_saved,
    .answer = answer_save,
};

/* ---- draft ---- */

static enum err write_draft(struct work *work, struct txn *txn, struct fault *fault)
{
    struct saving s = { 0 };
    enum err e = read_saving(work, txn, &s, fault);

    if (e != ERR_OK)
        return e;
    work->number = s.last.number;
    handler_finish_document(work, txn, &s.parts, &s.last, true, &s.document);
    work_file(work, FILE_IO_WRITE, handler_in_folder(&work->arena, work->folder, "draft.json"),
              bytes_of(work->file.at, work->file.len));
    return ERR_OK;
}

static enum err answer_draft(struct work *work, struct txn *txn, struct fault *fault)
{
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, work->filed.code;
    work->mirror = TEXT("unread");
    return handler_answer_state(work, txn, fault);
}

const struct handler handler_draft = { .after = write_draft, .answer = answer_draft };

/* ---- the document ---- */

static int compare_slots(const void *a, const void *b)
{
    const uint64_t x = ((const struct project_slot *)a)->slot, y = ((const struct project_slot *)b)->slot;

    return (x > y) - (x < y);
}

/* Fills the slots from a number on, as far as one answer has room. */
static void fill_slots(struct work *work, const struct element_list *parts, uint64_t from, struct whole_project *to)
{
    struct project_slot *all = arena_array(&work->arena, parts->count, sizeof(*all));
    uint32_t count = 0, bytes = 0;

    for (uint32_t i = 0; i < parts->count; i++) {
        struct tree body;
        if (parts->at[i].kind.value != ELEMENT_KIND_SLOT ||
            tree_read(parts->at[i].body, &work->arena, &body, NULL) != ERR_OK)
            continue;
        const double number = tree_real(&body, "slot", 0);
        const struct text file = tree_text(&body, "file");
        if (number >= 1 && number >= (double)from && number <= SLOTS_ALL && file.len > 0)
            all[count++] = (struct project_slot){ (uint64_t)number, file };
    }
    qsort(all, count, sizeof(*all), compare_slots);
    to->slots.at = all;
    while (to->slots.count < count && (bytes += all[to->slots.count].file.len) <= SLOTS_BYTES)
        to->slots.count++;
    to->next = to->slots.count < count ? all[to->slots.count].slot : 0;
}

void handler_fill_uses(struct arena *arena, const struct element_list *parts, struct id_list *to)
{
    struct item_uses uses;

    uses_find(arena, parts, &uses);
    to->at = arena_array(arena, uses.count, sizeof(*to->at));
    for (uint32_t i = 0; i < uses.count && to->count < PARTS_MOST; i++)
        to->at[to->count++] = uses.at[i].id;
}

static enum err answer_document(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_document *ask = work->ask;
    struct whole_project answer = { 0 };
    struct saving s = { 0 };
    enum err e = read_saving(work, txn, &s, fault);

    if (e != ERR_OK)
        return e;
    if (ask->from == 0) {
        work->number = s.last.number;
        handler_finish_document(work, txn, &s.parts, &s.last, false, &s.document);
        answer.file = work->file;
        handler_fill_uses(&work->arena, &s.parts, &answer.uses);
    }
    fill_slots(work, &s.parts, ask->from, &answer);
    work_answer(work, &answer);
    return ERR_OK;
}

const struct handler handler_document = { .answer = answer_document };
