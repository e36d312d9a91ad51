#include "proto/wire/codec_copy.h"
#include "services/persist/batch/artefact_writer.h"
#include "services/persist/batch/batch.h"
#include "services/persist/community.h"
#include "services/persist/edit/edit.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/absent.h"
#include "services/persist/places/folder_moves.h"
#include "services/persist/places/folders.h"
#include "services/persist/places/forgetting.h"
#include "services/persist/places/forgotten.h"
#include "services/persist/places/removal.h"
#include "services/persist/places/takes.h"
#include "services/persist/steps/apply.h"
#include "services/persist/steps/long_apply.h"
#include "services/persist/steps/step_words.h"
#include "services/persist/steps/steps_list.h"
#include "services/persist/steps/undo_begin.h"
#include "services/persist/team.h"
#include "services/persist/team_queries.h"
#include "services/persist/turn/lineage.h"
#include "services/persist/turn/persist.h"
#include "services/persist/turn/turn.h"
#include "services/persist/uses/sessions.h"
#include "services/persist/uses/uses.h"
#include "store/catalogue.h"

enum { CHANGES_MOST = 4096, CHANGES_DEFAULT = 1000, STEPS_DEFAULT = 100 };
static const usec_t reading_us = 2000; /* for one answer */

/* Opens the turn for a mutation. True: the caller does it. False: `e` is the handler's result. */
static bool begin_mutation(struct persist *p, struct call *call, enum err *e)
{
    bool again;

    arena_reset(&p->arena);
    (void)text_copy(p->client, sizeof(p->client), call_client(call));
    *e = turn_begin(p, call, &again);
    return *e == ERR_OK && !again;
}

/* The handler of one mutation: does `change` in a turn, once for each request. */
#define MUTATION(function, ask_type, answer_type, change)                                                              \
    static enum err function(struct persist *p, struct call *call, const struct ask_type *ask,                         \
                             struct answer_type *answer)                                                               \
    {                                                                                                                  \
        enum err e;                                                                                                    \
                                                                                                                       \
        (void)ask;                                                                                                     \
        (void)answer; /* a change in parts is answered later */                                                        \
        return begin_mutation(p, call, &e) ? (change) : e;                                                             \
    }

static enum err put_media(struct persist *p, const struct edit *edit, struct done *answer, struct fault *fault)
{
    uint64_t head = p->head;
    enum err e = edit_apply(p, edit, EDIT_BY_PERSON, answer, fault);

    if (e == ERR_OK && p->head != head)
        person_steps_add(&p->person_steps, STEP_DEED_DONE, TEXT("catalogue"), p->undo.at,
                         step_words(&p->arena, &(struct undo_step){ .after = *edit }), 1);
    return e;
}

MUTATION(answer_put_media, persist_put_media, done, put_media(p, &ask->edit, answer, call_fault(call)))
MUTATION(answer_put_volume, persist_put_volume, done, folders_put_volume(p, &ask->volume, answer, call_fault(call)))
MUTATION(answer_put_folder, persist_put_folder, done, folders_put(p, &ask->folder, answer, call_fault(call)))
MUTATION(answer_move_folder, persist_move_folder, done, folder_moves_follow(p, ask, answer, call_fault(call)))
MUTATION(answer_put_library, persist_put_library, done, folders_put_library(p, ask, answer, call_fault(call)))
MUTATION(answer_set_library, persist_set_library, done, folders_set_library(p, ask, answer, call_fault(call)))
MUTATION(answer_remove_library, persist_remove_library, done, removal_begin(p, call, ask->id))
MUTATION(answer_forget_library, persist_forget_library, done, forgetting_begin_library(p, call, ask->id))
MUTATION(answer_recall, persist_recall, done, forgetting_begin_recall(p, call, ask->folder))
MUTATION(answer_empty_forgotten, persist_empty_forgotten, emptied, forgotten_begin_emptying(p, call))
MUTATION(answer_forget, persist_forget, done, removal_forget(p, ask->id, answer, call_fault(call)))
MUTATION(answer_add_missing, persist_add_missing, done, absent_add(p, &ask->each, answer, call_fault(call)))
MUTATION(answer_reserve, persist_reserve, done, takes_reserve(p, ask, answer, call_fault(call)))
MUTATION(answer_end_take, persist_end_take, done, takes_end(p, ask, answer, call_fault(call)))
MUTATION(answer_put_query, persist_put_query, done, team_queries_put(p, &ask->query, answer, call_fault(call)))
MUTATION(answer_composer, persist_composer, done, community_change(p, ask, answer, call_fault(call)))
MUTATION(answer_team, persist_team, done, team_change(p, ask, answer, call_fault(call)))
MUTATION(answer_remove_query, persist_remove_query, done, team_queries_remove(p, ask->name, answer, call_fault(call)))
MUTATION(answer_use, persist_use, done, uses_note(p, ask, answer, call_fault(call)))
MUTATION(answer_end_uses, persist_end_uses, ended_uses, uses_end(p, ask, answer, call_fault(call)))
MUTATION(answer_put_session, persist_put_session, done, sessions_put(p, ask, answer, call_fault(call)))
MUTATION(answer_apply, persist_apply, applied,
         (ask->has_parts && ask->parts ? long_apply_begin : apply_begin)(p, call, ask, answer))
MUTATION(answer_edit_media, persist_edit_media, applied, apply_edits(p, call, ask, answer))
MUTATION(answer_undo, persist_undo, taken_back, undo_begin(p, call, ask, answer))
MUTATION(answer_redo, persist_redo, taken_back, undo_begin_redo(p, call, ask, answer))

static enum err begin_batch(struct persist *p, struct call *call, const struct persist_batch *ask,
                            struct outcomes *answer)
{
    enum err e;

    if (!begin_mutation(p, call, &e))
        return e;
    if (artefact_writer_is_needed(ask))
        return artefact_writer_begin(p, call, ask);
    return batch_begin(p, call, ask, answer);
}

/* ---- reading ---- */

struct collecting {
    struct change_list *to;
    uint64_t limit;
    usec_t ends; /* the answer ends then, because other asks wait */
};

static bool collect_change(void *state, const struct change *change)
{
    struct collecting *c = state;

    c->to->at[c->to->count++] = *change;
    return c->to->count < c->limit && clock_steady() < c->ends;
}

/* The revision of the first row after `after`. */
static uint64_t next_revision(struct txn *txn, uint64_t after)
{
    struct key key = key_number(after + 1);
    struct walk walk;
    uint64_t revision = 0;

    if (walk_begin(txn, DB_CHANGE, key_bytes(&key), (struct bytes){ 0 }, &walk) == ERR_OK && walk_next(&walk))
        revision = key_number_at(walk.key, 0);
    walk_end(&walk);
    return revision;
}

/* An answer ends before a damaged row. If it would begin with one, this row counts as no longer in the log: the tail
 * moves past it, so the client reads all items again. */
static enum err read_changes(struct txn *txn, struct arena *arena, uint64_t after, uint64_t limit,
                             struct changes *answer)
{
    struct collecting collecting = { &answer->each, limit, clock_steady() + reading_us };
    uint64_t damaged;
    enum err e = catalogue_id(txn, &answer->catalogue);

    if (e == ERR_OK)
        e = catalogue_head(txn, &answer->tail, &answer->head);
    if (e != ERR_OK)
        return e;
    while ((e = catalogue_each_change(txn, arena, after, collect_change, &collecting)) == ERR_INTERNAL &&
           answer->each.count == 0 && (damaged = next_revision(txn, after)) > after) {
        answer->tail = damaged + 1;
        after = damaged;
    }
    return e == ERR_INTERNAL && answer->each.count > 0 ? ERR_OK : e;
}

static enum err changes_since(struct persist *p, struct call *call, const struct persist_changes_since *ask,
                              struct changes *answer)
{
    uint64_t limit = ask->limit ? ask->limit : CHANGES_DEFAULT;
    struct changes found = { 0 };
    struct txn *txn;
    enum err e;

    if (!p->store)
        return refuse(call, ERR_IO, "%s", p->alarm);
    limit = limit < CHANGES_MOST ? limit : CHANGES_MOST;
    found.each.at = arena_array(call_arena(call), limit, sizeof(*found.each.at));
    if (!found.each.at)
        return refuse_full(call);
    e = store_read(p->store, &txn, call_fault(call));
    if (e == ERR_OK && lineage_is_another(p, txn)) {
        txn_end(txn);
        turn_end(p);
        e = lineage_renew(p, call_fault(call));
        if (e == ERR_OK)
            e = store_read(p->store, &txn, call_fault(call));
    }
    if (e != ERR_OK)
        return e;
    e = read_changes(txn, call_arena(call), ask->revision, limit, &found);
    if (e == ERR_OK)
        e = codec_copy(&changes_shape, &found, call_arena(call), answer);
    txn_end(txn);
    return e == ERR_OK ? e : refuse(call, e, "the change log cannot be read");
}

static enum err begin_reading(struct persist *p, struct call *call, struct txn **txn)
{
    return p->store ? store_read(p->store, txn, call_fault(call)) : refuse(call, ERR_IO, "%s", p->alarm);
}

static enum err list_undo(struct persist *p, struct call *call, const struct persist_undo_list *ask,
                          struct step_lines *answer)
{
    struct id scope;
    struct txn *txn;
    enum err e = undo_read_scope(ask->scope, &scope, call_fault(call));

    if (e == ERR_OK)
        e = begin_reading(p, call, &txn);
    if (e != ERR_OK)
        return e;
    const struct step_range range = { scope, ask->before, ask->limit ? ask->limit : STEPS_DEFAULT };
    e = steps_list(txn, call_arena(call), &range, &answer->each);
    txn_end(txn);
    return e == ERR_OK ? e : refuse(call, e, "the undo stack cannot be read");
}

static enum err list_forgotten(struct persist *p, struct call *call, const struct persist_forgotten *ask,
                               struct forgotten_lines *answer)
{
    uint64_t limit = ask->limit ? ask->limit : STEPS_DEFAULT;
    struct forgotten_lines found = { 0 };
    struct txn *txn;
    enum err e = begin_reading(p, call, &txn);

    if (e != ERR_OK)
        return e;
    e = forgotten_list(txn, call_arena(call), ask->after, limit, &found.each);
    if (e == ERR_OK)
        e = codec_copy(&forgotten_lines_shape, &found, call_arena(call), answer);
    txn_end(txn);
    return e == ERR_OK ? e : refuse(call, e, "the forgotten items cannot be read");
}

static enum err list_moves(struct persist *p, struct call *call, const struct persist_moves *ask,
                           struct move_lines *answer)
{
    struct txn *txn;
    enum err e = begin_reading(p, call, &txn);

    if (e != ERR_OK)
        return e;
    const struct step_range range = { undo_moves, ask->before, ask->limit ? ask->limit : STEPS_DEFAULT };
    e = steps_list_moves(txn, call_arena(call), &range, &answer->each);
    txn_end(txn);
    return e == ERR_OK ? e : refuse(call, e, "the followed moves cannot be read");
}

const struct persist_handlers persist_asks = {
    .put_media = answer_put_media,
    .put_volume = answer_put_volume,
    .put_folder = answer_put_folder,
    .move_folder = answer_move_folder,
    .put_library = answer_put_library,
    .set_library = answer_set_library,
    .remove_library = answer_remove_library,
    .forget_library = answer_forget_library,
    .recall = answer_recall,
    .empty_forgotten = answer_empty_forgotten,
    .forgotten = list_forgotten,
    .forget = answer_forget,
    .batch = begin_batch,
    .apply = answer_apply,
    .edit_media = answer_edit_media,
    .add_missing = answer_add_missing,
    .reserve = answer_reserve,
    .end_take = answer_end_take,
    .put_query = answer_put_query,
    .remove_query = answer_remove_query,
    .use = answer_use,
    .end_uses = answer_end_uses,
    .put_session = answer_put_session,
    .composer = answer_composer,
    .team = answer_team,
    .undo = answer_undo,
    .redo = answer_redo,
    .changes_since = changes_since,
    .undo_list = list_undo,
    .moves = list_moves,
};
