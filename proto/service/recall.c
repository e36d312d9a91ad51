/* A client sends its ask again until an answer comes. A copy that finds the ask in progress joins it (ticket.c). A copy
 * that comes after the answer would be done again, which is wrong for a `once` ask. It is wrong for an ask that sets a
 * value as well, if another ask has set the value meanwhile.
 *
 *   begun ──► prepared (recall_prepare) ──► done: a copy gets the answer
 *     │           │
 *     └───────────┴── the process dies: its successor does a copy again, except a prepared ask whose effects are found
 *
 * Each step of a `once` ask is written to a file before the next action (recall_file.c), so it outlives the process. */

#include "common/process/log.h"
#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"

/* Where the answer to an ask is kept. */
struct kept_slots {
    struct recalled *at;
    uint32_t count;  /* 0: the ask reads, or persist remembers it */
    uint64_t digest; /* of the ask */
    bool is_shared;  /* asks with other digests may have its id: a service sends several of them for one client */
};

static struct kept_slots slots_of(const struct call *call)
{
    struct ask_frame own = call->frame;

    if (call->ask->once)
        return (struct kept_slots){ call->service->recalled, LIMIT_RECALLED, call->digest, false };
    if (call->ask->reads || call->ask->mutates)
        return (struct kept_slots){ .count = 0 };
    own.digest = 0; /* its client's, which several asks share */
    return (struct kept_slots){ call->service->settled, LIMIT_SETTLED,
                                call->frame.digest ? frame_digest(&own) : call->digest, true };
}

static struct recalled *find_recalled(const struct kept_slots *slots, struct id request)
{
    for (uint32_t i = 0; i < slots->count; i++) {
        struct recalled *one = &slots->at[i];
        if (one->state != RECALL_FREE && id_equal(one->request, request) &&
            (!slots->is_shared || one->digest == slots->digest))
            return one;
    }
    return NULL;
}

static void set_recalled(struct service *service, struct recalled *one, enum recall_state state, enum err error,
                         struct bytes body)
{
    one->state = state;
    one->error = error;
    buffer_reset(&one->body);
    buffer_add(&one->body, body.at, body.len);
    one->is_without_body = one->body.failed;
    recall_file_write(service, one);
}

/* ---- a copy ---- */

enum err recall_answers(struct call *call, bool *answered)
{
    const struct kept_slots slots = slots_of(call);
    const struct recalled *one = find_recalled(&slots, call->frame.request);
    enum err e;

    if (!one)
        return ERR_OK;
    if (one->digest != slots.digest)
        return refuse_used_id(call);
    if (one->state != RECALL_DONE)
        return ERR_OK;
    if (one->is_without_body)
        return refuse(call, ERR_TOO_LARGE, "the ask was done before, but its answer was too large to keep");
    e = call_answer_again(call, one->error, buffer_bytes(&one->body));
    *answered = e == ERR_OK;
    return e;
}

/* ---- an ask ---- */

/* Takes the oldest that no call of this process uses; NULL if all are in progress. */
static struct recalled *take_oldest(const struct kept_slots *slots)
{
    struct recalled *oldest = NULL;

    for (uint32_t i = 0; i < slots->count; i++) {
        struct recalled *one = &slots->at[i];
        if (!one->is_under_way && (!oldest || one->serial < oldest->serial))
            oldest = one;
    }
    return oldest;
}

void recall_begin(struct call *call)
{
    struct service *service = call->service;
    const struct kept_slots slots = slots_of(call);
    struct recalled *one = find_recalled(&slots, call->frame.request);

    call->was_begun = one != NULL; /* otherwise it would have been answered */
    if (!one)
        one = take_oldest(&slots);
    if (!one)
        return;
    one->request = call->frame.request;
    one->digest = slots.digest;
    one->serial = ++service->recalled_serial;
    one->effects = 0;
    one->is_under_way = true;
    call->recalled = one;
    one->state = RECALL_BEGUN;
    if (call->was_begun) /* the prepared answer is kept for the handler */
        recall_file_write(service, one);
    else
        set_recalled(service, one, RECALL_BEGUN, ERR_OK, (struct bytes){ 0 });
}

bool recall_was_begun(const struct call *call)
{
    return call->was_begun;
}

struct bytes recall_prepared(const struct call *call)
{
    return call->was_begun && call->recalled ? buffer_bytes(&call->recalled->body) : (struct bytes){ 0 };
}

void recall_prepare(struct call *call, const void *answer, uint64_t effects)
{
    struct recalled *one = call->recalled;
    struct buffer body = { .limit = CODEC_MESSAGE_MAX };

    if (one && codec_encode(call->ask->answer, answer, &body, NULL) == ERR_OK) {
        one->effects = effects;
        set_recalled(call->service, one, RECALL_PREPARED, ERR_OK, buffer_bytes(&body));
    }
    buffer_free(&body);
}

/* Called before the answer is sent, also if it cannot be sent. */
void recall_keep(struct call *call)
{
    struct recalled *one = call->recalled;

    call->recalled = NULL;
    if (!one)
        return;
    one->is_under_way = false;
    if (err_is_transient(call->error) || (!call->ask->once && call->body.len > LIMIT_RECALLED_BYTES)) {
        one->serial = 0; /* the next ask takes this slot, and no kept answer is lost */
        set_recalled(call->service, one, RECALL_FREE, ERR_OK, (struct bytes){ 0 });
    } else {
        one->serial = ++call->service->recalled_serial; /* its age counts from its answer, however long it took */
        set_recalled(call->service, one, RECALL_DONE, call->error, buffer_bytes(&call->body));
    }
}

/* ---- start and end ---- */

void recall_settle(struct service *service, uint64_t effects, recall_look *look, const void *state)
{
    for (uint32_t i = 0; i < LIMIT_RECALLED; i++) {
        struct recalled *one = &service->recalled[i];
        bool is_done;
        if (one->state != RECALL_PREPARED)
            continue;
        is_done = one->effects ? effects >= one->effects : look && look(state, one->request);
        one->state = is_done ? RECALL_DONE : RECALL_BEGUN;
        recall_file_write(service, one);
    }
}

static bool any_once(const struct schema *schema)
{
    for (uint32_t i = 0; i < schema->ask_count; i++)
        if (schema->asks[i].once)
            return true;
    return false;
}

void recall_open(struct service *service)
{
    struct fault fault = { 0 };

    service->recall_file = -1;
    if (!any_once(service->schema))
        return;
    if (recall_file_open(service, &fault) != ERR_OK)
        log_fault("answers of asks that are done once are kept in memory only", &fault);
    for (uint32_t i = 0; i < LIMIT_RECALLED; i++)
        if (service->recalled[i].serial > service->recalled_serial)
            service->recalled_serial = service->recalled[i].serial;
}

void recall_free(struct service *service)
{
    for (uint32_t i = 0; i < LIMIT_RECALLED; i++)
        buffer_free(&service->recalled[i].body);
    for (uint32_t i = 0; i < LIMIT_SETTLED; i++)
        buffer_free(&service->settled[i].body);
    recall_file_close(service);
}
