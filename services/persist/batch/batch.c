#include "services/persist/batch/batch.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "proto/wire/codec.h"
#include "services/persist/batch/remade.h"
#include "services/persist/edit/edit.h"
#include "services/persist/places/analysis.h"
#include "services/persist/places/folders.h"
#include "services/persist/places/places.h"
#include "services/persist/turn/turn.h"
#include "store/parts.h"

static enum err edit_one(struct persist *p, const struct edit *edit, struct outcome *outcome, struct fault *fault)
{
    struct done done = { 0 };
    enum err e = edit_apply(p, edit, EDIT_BY_PERSON, &done, fault);

    outcome->revision = done.revision;
    outcome->id = edit->id;
    return e;
}

static enum err folder_one(struct persist *p, const struct folder *folder, struct outcome *outcome, struct fault *fault)
{
    struct done done = { 0 };
    enum err e = folders_put(p, folder, &done, fault);

    outcome->revision = done.revision;
    outcome->id = done.id;
    return e;
}

static enum err do_one(struct persist *p, const struct operation *op, struct outcome *outcome, struct fault *fault)
{
    if (op->has_place + op->has_analysed + op->has_move + op->has_presence + op->has_edit + op->has_folder +
            op->has_remade !=
        1)
        return fault_set(
            fault, ERR_BAD_REQUEST,
            "the operation has no kind, or several: expected one of place, analysed, move, presence, edit, "
            "folder, remade");
    if (op->has_place)
        return places_put(p, &op->place, outcome, fault);
    if (op->has_analysed)
        return analysis_put(p, &op->analysed, outcome, fault);
    if (op->has_move)
        return places_move(p, &op->move, outcome, fault);
    if (op->has_presence)
        return places_presence(p, &op->presence, outcome, fault);
    if (op->has_remade)
        return remade_put(p, &op->remade, outcome, fault);
    if (op->has_folder)
        return folder_one(p, &op->folder, outcome, fault);
    return edit_one(p, &op->edit, outcome, fault);
}

/* A refused operation is an outcome of its own; only a failed write ends the whole batch. */
static enum err try_one(struct persist *p, const struct operation *op, struct arena *arena, struct outcome *outcome)
{
    struct fault fault = { 0 };
    uint64_t writes = p->writes;
    enum err e;

    arena_reset(&p->arena);
    p->operations++;
    e = do_one(p, op, outcome, &fault);
    if (e != ERR_OK)
        turn_refused(p, writes, e);
    if (turn_is_broken(p))
        return p->broken.code;
    outcome->error = text_of(err_name(e));
    if (e == ERR_OK)
        return ERR_OK;
    *outcome = (struct outcome){ .error = text_of(err_name(e)), .revision = fault.revision };
    outcome->what = arena_text(arena, text_of(fault.what));
    return ERR_OK;
}

/* ---- parts ---- */

bool batch_is_done(const struct batch *batch)
{
    return batch->outcomes.each.count == batch->ask->operations.count;
}

static bool take_stored(void *state, const struct part *row)
{
    struct batch *batch = state;
    struct outcome_list *all = &batch->outcomes.each;
    struct outcomes part = { 0 };

    if (row->first != all->count || codec_decode(&outcomes_shape, row->outcomes, batch->arena, &part, NULL) != ERR_OK ||
        part.each.count > batch->ask->operations.count - all->count)
        return false;
    for (uint32_t i = 0; i < part.each.count; i++)
        all->at[all->count++] = part.each.at[i];
    batch->stored = all->count;
    batch->work.revision = row->revision;
    return true;
}

enum err batch_load(struct persist *p, struct batch *batch, struct fault *fault)
{
    uint32_t count = batch->ask->operations.count;
    enum err e;

    batch->outcomes.each = (struct outcome_list){ 0, arena_array(batch->arena, count, sizeof(struct outcome)) };
    if (!batch->outcomes.each.at)
        return fault_set(fault, ERR_FULL, "the outcomes of the operations need more memory than an ask may have");
    e = parts_read(p->w.txn, batch->arena, batch->work.request, take_stored, batch);
    p->request_revision = batch->work.revision;
    return e == ERR_OK ? e : fault_set(fault, e, "the finished part of this request cannot be read");
}

static bool is_refused_whole(const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->outcomes.each.count; i++)
        if (text_is(batch->outcomes.each.at[i].error, "ok"))
            return false;
    return batch->outcomes.each.count > 0;
}

/* Outcomes without a change are not stored alone: after a death these operations are judged again, or done again with
 * the same result. The row is written together with a change, so none exists before the request's first change. */
static enum err store_part(struct persist *p, struct batch *batch)
{
    struct outcomes part = batch->outcomes;
    struct buffer body = { 0 };
    enum err e;

    part.each.at += batch->stored;
    part.each.count -= batch->stored;
    e = codec_encode(&outcomes_shape, &part, &body, NULL);
    const struct part row = { .first = batch->stored,
                              .revision = p->request_revision,
                              .digest = batch->work.digest,
                              .outcomes = buffer_bytes(&body) };
    if (e == ERR_OK)
        e = parts_put(&p->w, batch->work.request, &row);
    buffer_free(&body);
    batch->stored = batch->outcomes.each.count;
    return turn_wrote(p, e);
}

enum err batch_part(struct persist *p, struct batch *batch, struct fault *fault)
{
    const struct operation_list *all = &batch->ask->operations;
    struct outcome_list *done = &batch->outcomes.each;
    uint64_t writes = p->writes;
    enum err e = ERR_OK;

    if (!p->request_revision) /* the stored outcomes were trimmed with their changes, and are stored again */
        batch->stored = 0;
    while (e == ERR_OK && done->count < all->count) {
        e = try_one(p, &all->at[done->count], batch->arena, &done->at[done->count]);
        done->count += e == ERR_OK;
        if (all->count > BATCH_WHOLE && turn_is_over(p))
            break;
    }
    if (e == ERR_OK && !batch_is_done(batch) && p->writes != writes && p->request_revision)
        e = store_part(p, batch);
    if (e == ERR_OK && batch_is_done(batch) && batch->stored > 0)
        e = turn_wrote(p, parts_drop(&p->w, batch->work.request));
    p->is_refusal = e == ERR_OK && batch_is_done(batch) && is_refused_whole(batch);
    return e == ERR_OK ? e : fault_set(fault, e, "%s", p->broken.what);
}

static enum err run_batch_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct batch *batch = (struct batch *)work;
    enum err e = batch_part(p, batch, fault);

    *ended = e == ERR_OK && batch_is_done(batch);
    if (*ended)
        ticket_answer(p->service, work->ticket, &batch->outcomes);
    return e;
}

static void free_batch(struct persist *p, struct multipart *work)
{
    struct batch *batch = (struct batch *)work;

    if (batch->owner.ended)
        batch->owner.ended(p, batch->owner.state);
    free(batch);
}

/* ---- beginning ---- */

static enum err make_batch(struct persist *p, const struct batch_owner *owner, struct batch **made, struct fault *fault)
{
    struct batch *batch = *made = alloc_zeroed(1, sizeof(*batch));
    enum err e;

    *batch = (struct batch){ .ask = owner->ask, .arena = owner->arena, .owner = *owner };
    batch->work = (struct multipart){ .part = run_batch_part,
                                      .drop = free_batch,
                                      .request = owner->request,
                                      .digest = owner->digest,
                                      .ticket = owner->ticket };
    e = batch_load(p, batch, fault);
    if (e == ERR_OK)
        return e;
    free(batch);
    *made = NULL;
    return e;
}

/* Does no part if other work waits, which has priority. */
static enum err first_part(struct persist *p, struct batch *batch, struct fault *fault)
{
    enum err e = ERR_OK;

    if (batch->ask->operations.count > BATCH_WHOLE)
        turn_begin_part(p);
    if (!p->multiparts && !turn_is_over(p))
        e = batch_part(p, batch, fault);
    batch->work.revision = p->request_revision;
    return e;
}

enum err batch_begin(struct persist *p, struct call *call, const struct persist_batch *ask, struct outcomes *answer)
{
    const struct batch_owner owner = {
        .request = call_request(call), .digest = call_digest(call), .ask = ask, .arena = call_arena(call)
    };
    struct multipart *before = multipart_of(p, owner.request);
    struct batch *batch;
    enum err e;

    if (before)
        multipart_forget(p, before);
    e = make_batch(p, &owner, &batch, call_fault(call));
    if (e != ERR_OK)
        return e;
    e = first_part(p, batch, call_fault(call));
    p->request_writes = p->writes; /* the part that is done has its row, so `busy` undoes nothing */
    if (e == ERR_OK && !batch_is_done(batch))
        return multipart_begin(p, call, &batch->work);
    *answer = batch->outcomes;
    free(batch);
    return e;
}

enum err batch_resume(struct persist *p, const struct batch_owner *owner, struct fault *fault)
{
    struct batch *batch;
    enum err e = make_batch(p, owner, &batch, fault);

    if (e != ERR_OK) {
        owner->ended(p, owner->state);
        return e;
    }
    multipart_queue(p, &batch->work);
    return ERR_OK;
}
