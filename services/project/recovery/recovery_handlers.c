#include "services/project/recovery/recovery_handlers.h"

#include <stdlib.h>
#include <string.h>

#include "services/project/autosave/autosave.h"
#include "services/project/autosave/autosave_read.h"
#include "services/project/handlers/handler_load.h"
#include "services/project/handlers/handler_parts.h"
#include "services/project/handlers/handler_save.h"
#include "services/project/parts/document.h"

static const char keep_save[] = "--save keeps the last save", keep_draft[] = "--draft keeps the draft";

enum { LISTED_MOST = 256, ANSWERS_KEPT = 16 };

/* ---- the list ---- */

static void look_is_over(void *state)
{
    work_continue(state);
}

static enum err wait_for_looks(struct work *work, struct txn *txn, struct fault *fault)
{
    const usec_t now = clock_steady(), until = now + (call_deadline(work->call) - now) / 2;

    (void)txn, (void)fault;
    work->is_sent = autosave_wait(work->p, (struct id){ { 0 } }, until, look_is_over, work);
    return ERR_OK;
}

static struct recovery describe_offer(struct arena *arena, const struct project_line *state,
                                      const struct autosave_offer *offer)
{
    char stem[SET_STEM_SIZE];

    return (struct recovery){ .id = state->id,
                              .name = state->name,
                              .folder = state->folder,
                              .prompt = state->recovery_prompt,
                              .autosave = arena_text(arena, text_of(set_stem_write(&offer->set, stem))),
                              .at = offer->set.second * 1000000,
                              .elsewhere = offer->is_elsewhere,
                              .saved = state->revision,
                              .differs = offer->differs,
                              .damaged = offer->damaged,
                              .manifest_sha256 = offer->manifest.sha256,
                              .asset_count = offer->manifest.count,
                              .assets = offer->manifest.assets };
}

static void add_project(struct work *work, struct txn *txn, struct id id, struct recoveries *to)
{
    struct project_line state;
    struct element project;

    if (parts_get(txn, &work->arena, id, &project) != ERR_OK ||
        handler_fill_state(work->p, txn, &work->arena, &project, 0, &state) != ERR_OK)
        return;
    if (state.has_recovery_prompt)
        to->each.at[to->each.count++] = describe_offer(&work->arena, &state, autosave_offered(work->p, id));
    if (state.has_autosave_trouble)
        to->troubles.at[to->troubles.count++] =
            (struct autosave_trouble){ .id = id, .name = state.name, .why = state.autosave_trouble };
}

static int compare_names(const void *a, const void *b)
{
    return text_compare(((const struct recovery *)a)->name, ((const struct recovery *)b)->name);
}

static enum err answer_recoveries(struct work *work, struct txn *txn, struct fault *fault)
{
    struct id *ids = arena_array(&work->arena, LISTED_MOST, sizeof(*ids));
    const uint32_t count = autosave_list(work->p, ids, LISTED_MOST);
    struct recoveries answer = { .each.at = arena_array(&work->arena, LISTED_MOST, sizeof(*answer.each.at)),
                                 .troubles.at = arena_array(&work->arena, LISTED_MOST, sizeof(*answer.troubles.at)) };

    (void)fault;
    for (uint32_t i = 0; i < count; i++)
        add_project(work, txn, ids[i], &answer);
    qsort(answer.each.at, answer.each.count, sizeof(*answer.each.at), compare_names);
    work_answer(work, &answer);
    return ERR_OK;
}

const struct handler recovery_handler_list = { .needs_no_project = true,
                                               .before = wait_for_looks,
                                               .answer = answer_recoveries };

/* ---- an answer ---- */

/* A draft that is recovered. */
struct recovering {
    struct document document; /* of a set from elsewhere, until the plan takes it */
    bool has_document, is_read;
    char content[33];    /* of that document … */
    struct set_name set; /* … and its set */
    struct fault unread;
};

static bool is_choice(const struct work *work, int32_t choice)
{
    return ((const struct project_recover *)work->ask)->choice.value == choice;
}

static void read_mirror(struct work *work)
{
    struct txn *txn;

    work->is_sent = false;
    if (is_choice(work, RECOVERY_CHOICE_BOTH) && project_read(work->p, &txn, NULL) == ERR_OK) {
        (void)handler_read_mirror(work, txn, NULL);
        txn_end(txn);
    }
    if (!work->is_sent)
        work_continue(work);
}

static void take_snapshot(void *owner, struct autosave_reading *reading)
{
    struct work *work = owner;
    struct recovering *r = work->own;

    r->unread = reading->fault;
    r->has_document = r->is_read = reading->fault.code == ERR_OK;
    memcpy(r->content, reading->content, sizeof(r->content));
    r->set = reading->set;
    file_move_document(&r->document, &reading->document);
    read_mirror(work);
}

static enum err read_draft(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct autosave_offer *offer = autosave_offered(work->p, work->id);
    struct text folder = elements_folder(txn, &work->arena, work->id);

    if (!offer || !offer->is_elsewhere || is_choice(work, RECOVERY_CHOICE_SAVE))
        return is_choice(work, RECOVERY_CHOICE_BOTH) ? handler_read_mirror(work, txn, fault) : ERR_OK;
    work->is_sent = true;
    autosave_read(work->p, work->id, folder, &offer->set, call_deadline(work->call), take_snapshot, work);
    return ERR_OK;
}

static void read_after_looks(void *state)
{
    struct work *work = state;
    struct txn *txn;

    work->is_sent = false;
    if (project_read(work->p, &txn, NULL) == ERR_OK) {
        (void)read_draft(work, txn, NULL);
        txn_end(txn);
    }
    if (!work->is_sent)
        work_continue(work);
}

/* Right after a start it is not known yet what can be recovered. */
static enum err begin_recover(struct work *work, struct txn *txn, struct fault *fault)
{
    const usec_t now = clock_steady(), until = now + (call_deadline(work->call) - now) / 2;

    work->own = arena_alloc(&work->kept, sizeof(struct recovering));
    work->is_sent = autosave_wait(work->p, (struct id){ { 0 } }, until, read_after_looks, work);
    return work->is_sent ? ERR_OK : read_draft(work, txn, fault);
}

static enum err refuse_none(struct work *work, const struct element *project, struct fault *fault)
{
    struct tree body;
    struct text name = { 0 };

    if (tree_read(project->body, &work->arena, &body, NULL) == ERR_OK)
        name = tree_text(&body, "name");
    fault_set(fault, ERR_NOT_FOUND, "\"%.*s\" has no autosave to recover", TEXT_ARG(name));
    return fault_hint(fault, "`loophole project recover` lists what is");
}

/* The place of the project, with the digests of the states that are answered now. */
static void note_answers(struct work *work, struct txn *txn, const char *one, struct text other, struct tree *place)
{
    struct tree answers = { .type = TREE_LIST };
    const struct tree *was;

    parts_place(txn, &work->arena, work->id, place);
    was = tree_get(place, "answered");
    for (uint32_t i = 0; was && was->type == TREE_LIST && i < was->count; i++)
        if (was->count - i <= ANSWERS_KEPT - 2)
            tree_add(&answers, &work->arena, was->members[i].value);
    tree_add(&answers, &work->arena, tree_of_text(arena_text(&work->arena, text_of(one))));
    if (!text_is(other, one))
        tree_add(&answers, &work->arena, tree_of_text(other));
    tree_set(place, &work->arena, "answered", answers);
}

/* What the plan is made of. */
struct answering {
    const struct autosave_offer *offer;
    struct element project;
    struct element_list parts;
    struct tree document; /* the draft */
    struct text content;  /* its digest */
    struct parts_save last;
    struct tree place;
};

static enum err read_state(struct work *work, struct txn *txn, struct answering *a, struct fault *fault)
{
    enum err e = work_project(work, txn, &a->project, fault);

    if (e == ERR_OK)
        e = parts_all(txn, &work->arena, work->id, &a->parts);
    if (e == ERR_OK)
        e = parts_last_save(txn, &work->arena, work->id, &a->last);
    if (e != ERR_OK)
        return e;
    document_make(&work->arena, &a->project, &a->parts, &a->document);
    a->content = document_hash(&a->document, &work->arena);
    return ERR_OK;
}

static bool is_still_offered(const struct answering *a)
{
    const bool is_dirty = !a->last.number || !text_equal(a->content, tree_text(&a->last.body, "content"));

    return a->offer && (a->offer->is_elsewhere ? a->offer->saved == a->last.number : is_dirty);
}

static struct text stamp_of(struct work *work, const struct answering *a)
{
    char stamp[SET_STAMP_SIZE];

    return arena_text(&work->arena, text_of(set_stamp_write(a->offer->set.second, stamp)));
}

static enum err send_place(struct work *work, struct txn *txn, const struct answering *a, struct text label,
                           struct fault *fault)
{
    struct action place = action_place(&work->arena, work->id, a->place, txn);
    const struct persist_apply apply = { .label = label, .actions = { 1, &place } };

    return work_apply(work, &apply, fault);
}

static enum err apply_draft(struct work *work, struct txn *txn, const struct answering *a, struct fault *fault)
{
    const struct text label = arena_printf(&work->arena, "recover autosave %.*s", TEXT_ARG(stamp_of(work, a)));
    struct action place;

    if (!a->offer->is_elsewhere)
        return send_place(work, txn, a, label, fault);
    place = action_place(&work->arena, work->id, a->place, txn);
    return handler_apply_document(work, txn, &work->document.tree, label, (struct action_list){ 1, &place }, keep_save,
                                  fault);
}

static enum err apply_save(struct work *work, struct txn *txn, const struct answering *a, struct fault *fault)
{
    struct action place = action_place(&work->arena, work->id, a->place, txn);
    const struct text label = arena_printf(&work->arena, "load revision %llu", (unsigned long long)a->last.number);

    if (a->last.number)
        return handler_apply_document(work, txn, tree_get(&a->last.body, "document"), label,
                                      (struct action_list){ 1, &place }, keep_draft, fault);
    fault_set(fault, ERR_NOT_FOUND, "the project was never saved, so there is no save to go back to");
    return fault_hint(fault, "--draft keeps the draft; `loophole project save` saves it");
}

/* The draft as a document of a save. That of the store gets its items from the catalogue. */
static struct tree document_of_draft(struct work *work, struct txn *txn, struct answering *a)
{
    const struct tree *last = a->last.number ? tree_get(&a->last.body, "document") : NULL;

    if (!a->offer->is_elsewhere)
        document_add_items(txn, &work->arena, &a->parts, last, false, &a->document);
    return a->offer->is_elsewhere ? tree_clone(&work->document.tree, &work->arena) : a->document;
}

static enum err apply_both(struct work *work, struct txn *txn, struct answering *a, struct fault *fault)
{
    const struct text name = arena_printf(&work->arena, "autosaved %.*s", TEXT_ARG(stamp_of(work, a)));
    struct persist_apply apply = { .label = name };
    struct tree document;
    struct text content = a->offer->is_elsewhere ? text_of(a->offer->content) : a->content;
    enum err e = handler_refuse_changed(handler_compare_mirror(work, txn), fault);

    if (e != ERR_OK)
        return e;
    document = document_of_draft(work, txn, a);
    tree_set(&document, &work->arena, "revision_name", tree_of_text(name));
    work->number = a->last.number + 1;
    work->folder = arena_text(&work->kept, tree_text(&a->place, "folder"));
    handler_finish_numbered(work, &document);
    e = handler_save_actions(work, txn, &document, content, &a->place, &apply.actions, fault);
    if (e != ERR_OK)
        return e;
    return a->offer->is_elsewhere
               ? handler_apply_document(work, txn, &work->document.tree, name, apply.actions, keep_save, fault)
               : work_apply(work, &apply, fault);
}

/* Other programs write in that folder: what was read now has to be what was offered. */
static enum err take_draft(struct work *work, const struct autosave_offer *offer, struct fault *fault)
{
    struct recovering *r = work->own;

    if (r->unread.code != ERR_OK)
        return *fault = r->unread, fault->code;
    if (!r->is_read || strcmp(r->content, offer->content) != 0 || set_name_compare(&r->set, &offer->set) != 0) {
        fault_set(fault, ERR_CONFLICT, "the autosave was changed after it was offered");
        return fault_hint(fault, "nothing was changed; `loophole project recover` lists again what is offered");
    }
    if (r->has_document)
        file_move_document(&work->document, &r->document);
    r->has_document = false;
    return ERR_OK;
}

static enum err plan_recover(struct work *work, struct txn *txn, struct fault *fault)
{
    struct answering a = { .offer = autosave_offered(work->p, work->id) };
    enum err e = read_state(work, txn, &a, fault);

    if (e != ERR_OK)
        return e;
    if (!is_still_offered(&a))
        return refuse_none(work, &a.project, fault);
    if (a.offer->is_elsewhere && !is_choice(work, RECOVERY_CHOICE_SAVE))
        e = take_draft(work, a.offer, fault);
    if (e != ERR_OK)
        return e;
    note_answers(work, txn, a.offer->content, a.offer->is_elsewhere ? text_of(a.offer->content) : a.content, &a.place);
    switch (((const struct project_recover *)work->ask)->choice.value) {
    case RECOVERY_CHOICE_DRAFT:
        return apply_draft(work, txn, &a, fault);
    case RECOVERY_CHOICE_SAVE:
        return apply_save(work, txn, &a, fault);
    default:
        return apply_both(work, txn, &a, fault);
    }
}

static enum err finish_recover(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct autosave_offer *offer = autosave_offered(work->p, work->id);
    struct tree place;

    parts_place(txn, &work->arena, work->id, &place);
    if (offer && autosave_is_answered(tree_get(&place, "answered"), offer->content))
        autosave_answered(work->p, work->id);
    if (is_choice(work, RECOVERY_CHOICE_BOTH) && work->file.len)
        return handler_write_mirror(work, txn, fault);
    return work->was_done ? handler_renew_mirror(work, txn, fault) : handler_read_mirror(work, txn, fault);
}

static enum err answer_recover(struct work *work, struct txn *txn, struct fault *fault)
{
    return work->file.len ? handler_answer_saved(work, txn, fault) : handler_answer_state(work, txn, fault);
}

const struct handler recovery_handler_answer = {
    .ends_when_done = true,
    .before = begin_recover,
    .plan = plan_recover,
    .after = finish_recover,
    .answer = answer_recover,
};
