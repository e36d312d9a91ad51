/* Asks about takes that a client repeats after the death of a streamer. persist knows the item of a take by the id of
 * the ask that began the take. The answer that was prepared for an ask to end a take names that take. */
#include "services/streamer/record/take_again.h"

#include "proto/wire/codec.h"
#include "services/streamer/record/take_find.h"
#include "services/streamer/record/take_report.h"
#include "store/changelog.h"

/* ---- beginning ---- */

/* Errors: not_found, conflict, those of locate_read. */
static enum err find_done(struct takes *takes, const struct sender *sender, struct id *item, struct fault *fault)
{
    struct txn *txn;
    enum err e = locate_read(takes->locator, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = changelog_done(txn, sender->request, sender->digest, item);
    txn_end(txn);
    return e;
}

/* Describes the item's take in any state. ok without `is_found`: it was abandoned before it ran, so no take exists. */
static enum err describe_begun(struct takes *takes, struct arena *arena, struct id item, struct recording *to,
                               bool *is_found, struct fault *fault)
{
    enum err e = take_describe_any(takes, arena, item, to, fault);

    *is_found = e == ERR_OK;
    if (e == ERR_NOT_FOUND && id_equal(item, takes->never_ran))
        return ERR_OK;
    return e == ERR_NOT_FOUND ? fault_set(fault, e, "the take that this request began is no longer in the catalogue")
                              : e;
}

enum err take_begun_again(struct takes *takes, struct call *call, struct recording *answer, bool *is_again)
{
    struct sender sender = call_sender(call);
    struct id item;
    enum err e = find_done(takes, &sender, &item, call_fault(call));

    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_CONFLICT)
        return refuse_used_id(call);
    if (e != ERR_OK || take_is_recovering(takes))
        return e;
    return describe_begun(takes, call_arena(call), item, answer, is_again, call_fault(call));
}

bool take_answers_again(struct take *take)
{
    struct takes *takes = take->takes;
    struct recording reply = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    bool is_found = false;
    struct id item;

    if (find_done(takes, &take->sender, &item, &fault) != ERR_OK)
        return false;
    enum err e = describe_begun(takes, &arena, item, &reply, &is_found, &fault);
    if (is_found)
        ticket_answer(takes->service, take->begun, &reply);
    else if (e != ERR_OK)
        ticket_fail(takes->service, take->begun, &fault);
    else
        take->sender.digest = 0; /* its id belongs to the item that is gone, so this take gets another one */
    arena_free(&arena);
    if ((is_found || e != ERR_OK) && take->wish != TAKE_WISH_NOTHING) { /* an ask to end it came meanwhile */
        takes->ending = item;
        take_answer_end(takes, take->ended);
    }
    if (is_found || e != ERR_OK)
        take_free(take);
    return is_found || e != ERR_OK;
}

/* ---- ending ---- */

static bool read_prepared(const struct call *call, struct arena *arena, struct recording *to)
{
    struct bytes reply = recall_prepared(call);

    return reply.len > 0 && codec_decode(&recording_shape, reply, arena, to, NULL) == ERR_OK;
}

/* Describes a take that has ended. If its item is missing, the take was abandoned or had no frame. */
static enum err describe_ended(struct takes *takes, struct arena *arena, const struct recording *was,
                               struct recording *to, struct fault *fault)
{
    enum err e = take_describe_any(takes, arena, was->id, to, fault);

    if (e != ERR_NOT_FOUND)
        return e;
    *to = *was;
    to->state = (struct choice){ .value = TAKE_STATE_ABANDONED };
    to->path = (struct bytes){ 0 };
    return ERR_OK;
}

bool take_ends_again(struct takes *takes, struct call *call, struct recording *answer, enum err *error)
{
    struct take *take = &takes->recording;
    struct recording was = { 0 };

    if (!read_prepared(call, call_arena(call), &was) || (take->phase != TAKE_FREE && id_equal(take->item, was.id)))
        return false;
    if (!take_is_recovering(takes)) {
        *error = describe_ended(takes, call_arena(call), &was, answer, call_fault(call));
        return true;
    }
    if (take->phase != TAKE_FREE || take->wish != TAKE_WISH_NOTHING) {
        *error = refuse(call, ERR_BUSY, "the take \"%.*s\" is being finished", TEXT_ARG(was.name));
        return true;
    }
    takes->ending = was.id;
    return false;
}

void take_answer_end(struct takes *takes, struct ticket ticket)
{
    struct recording reply = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    enum err e = ERR_NOT_FOUND;

    if (id_is_zero(takes->ending))
        fault_set(&fault, e, "no take is under way");
    else
        e = take_describe_any(takes, &arena, takes->ending, &reply, &fault);
    if (e == ERR_OK)
        ticket_answer(takes->service, ticket, &reply);
    else
        ticket_fail(takes->service, ticket, &fault);
    takes->ending = (struct id){ { 0 } };
    arena_free(&arena);
}

/* ---- deleting ---- */

enum err take_deleted_again(struct takes *takes, struct call *call, bool *is_again)
{
    struct sender sender = call_sender(call);
    struct id item;
    enum err e = find_done(takes, &sender, &item, call_fault(call));

    *is_again = e == ERR_OK;
    if (e == ERR_CONFLICT)
        return refuse_used_id(call);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
