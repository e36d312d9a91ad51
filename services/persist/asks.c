#include "services/persist/batch.h"
#include "services/persist/edit.h"
#include "services/persist/filing.h"
#include "services/persist/folders.h"
#include "services/persist/persist.h"
#include "services/persist/queries.h"
#include "services/persist/removal.h"
#include "services/persist/takes.h"
#include "services/persist/turn.h"
#include "services/persist/undo.h"
#include "store/catalogue.h"

enum { CHANGES_MOST = 4096, CHANGES_DEFAULT = 1000 };
static const usec_t reading_us = 2000; /* for one answer */

/* Opens the turn for a mutation; true when it is to be done, else `e` is what to return. */
static bool is_new(struct persist *p, struct call *call, enum err *e)
{
    bool again;

    arena_reset(&p->arena);
    *e = turn_begin(p, call, &again);
    return *e == ERR_OK && !again;
}

static enum err put_media(struct persist *p, struct call *call, const struct persist_put_media *ask,
                          struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? edit_apply(p, &ask->edit, EDIT_BY_PERSON, answer, call_fault(call)) : e;
}

static enum err put_volume(struct persist *p, struct call *call, const struct persist_put_volume *ask,
                           struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? folders_put_volume(p, &ask->volume, answer, call_fault(call)) : e;
}

static enum err put_folder(struct persist *p, struct call *call, const struct persist_put_folder *ask,
                           struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? folders_put(p, &ask->folder, answer, call_fault(call)) : e;
}

static enum err move_folder(struct persist *p, struct call *call, const struct persist_move_folder *ask,
                            struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? folders_move(p, ask->id, ask->parent, ask->name, answer, call_fault(call)) : e;
}

static enum err put_library(struct persist *p, struct call *call, const struct persist_put_library *ask,
                            struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? folders_put_library(p, &ask->library, answer, call_fault(call)) : e;
}

static enum err remove_library(struct persist *p, struct call *call, const struct persist_remove_library *ask,
                               struct done *answer)
{
    enum err e;

    (void)answer; /* given when the last item is gone */
    return is_new(p, call, &e) ? removal_begin(p, call, ask->id) : e;
}

static enum err forget_item(struct persist *p, struct call *call, const struct persist_forget *ask, struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? removal_forget(p, ask->id, answer, call_fault(call)) : e;
}

static enum err reserve_take(struct persist *p, struct call *call, const struct persist_reserve *ask,
                             struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? takes_reserve(p, ask, answer, call_fault(call)) : e;
}

static enum err end_take(struct persist *p, struct call *call, const struct persist_end_take *ask, struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? takes_end(p, ask, answer, call_fault(call)) : e;
}

static enum err put_query(struct persist *p, struct call *call, const struct persist_put_query *ask,
                          struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? queries_put(p, &ask->query, answer, call_fault(call)) : e;
}

static enum err remove_query(struct persist *p, struct call *call, const struct persist_remove_query *ask,
                             struct done *answer)
{
    enum err e;

    return is_new(p, call, &e) ? queries_remove(p, ask->name, answer, call_fault(call)) : e;
}

static enum err undo_step(struct persist *p, struct call *call, const struct persist_undo *ask, struct done *answer)
{
    enum err e;

    (void)ask;
    return is_new(p, call, &e) ? undo_begin(p, call, true, answer) : e;
}

static enum err redo_step(struct persist *p, struct call *call, const struct persist_redo *ask, struct done *answer)
{
    enum err e;

    (void)ask;
    return is_new(p, call, &e) ? undo_begin(p, call, false, answer) : e;
}

static enum err begin_batch(struct persist *p, struct call *call, const struct persist_batch *ask,
                            struct outcomes *answer)
{
    enum err e;

    if (!is_new(p, call, &e))
        return e;
    if (filing_is_needed(ask))
        return filing_begin(p, call, ask);
    return batch_begin(p, call, ask, answer);
}

/* ---- reading ---- */

struct collecting {
    struct change_list *to;
    uint64_t limit;
    usec_t ends; /* the answer is cut there: other asks wait */
};

static bool collect_change(void *state, const struct change *change)
{
    struct collecting *c = state;

    c->to->at[c->to->count++] = *change;
    return c->to->count < c->limit && clock_steady() < c->ends;
}

static enum err read_changes(struct txn *txn, struct arena *arena, uint64_t after, uint64_t limit,
                             struct changes *answer)
{
    struct collecting collecting = { &answer->each, limit, clock_steady() + reading_us };
    enum err e = catalogue_id(txn, &answer->catalogue);

    if (e == ERR_OK)
        e = catalogue_head(txn, &answer->tail, &answer->head);
    return e == ERR_OK ? catalogue_each_change(txn, arena, after, collect_change, &collecting) : e;
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
        return refuse(call, ERR_FULL, "no memory for so many changes");
    e = store_read(p->store, &txn, call_fault(call));
    if (e != ERR_OK)
        return e;
    e = read_changes(txn, call_arena(call), ask->revision, limit, &found);
    if (e == ERR_OK)
        e = codec_copy(&changes_shape, &found, call_arena(call), answer);
    txn_end(txn);
    return e == ERR_OK ? e : refuse(call, e, "the change log cannot be read");
}

const struct persist_handlers persist_asks = {
    .put_media = put_media,
    .put_volume = put_volume,
    .put_folder = put_folder,
    .move_folder = move_folder,
    .put_library = put_library,
    .remove_library = remove_library,
    .forget = forget_item,
    .batch = begin_batch,
    .reserve = reserve_take,
    .end_take = end_take,
    .put_query = put_query,
    .remove_query = remove_query,
    .undo = undo_step,
    .redo = redo_step,
    .changes_since = changes_since,
};
