#include <stdlib.h>

#include "proto/service/service_parts.h"

#define NEVER INT64_MAX

void ticket_init(struct tickets *tickets)
{
    tickets->due = NEVER;
    for (uint32_t i = 0; i < LIMIT_DEFERRED; i++)
        tickets->free[i] = (uint16_t)(LIMIT_DEFERRED - 1 - i);
}

static struct call *call_of(const struct service *service, struct ticket ticket)
{
    struct call *call = service->tickets.at[ticket.number % LIMIT_DEFERRED];

    return ticket.number && call && call->ticket.number == ticket.number ? call : NULL;
}

static struct call **bucket_of(struct tickets *tickets, struct id request)
{
    return &tickets->buckets[(request.b[15] | request.b[14] << 8) % LIMIT_DEFERRED];
}

/* ---- opening and closing ---- */

/* The bytes that a deferred call occupies until its answer. An arena of at most LIMIT_MEMORY_KEPT bytes is kept for the
 * next call anyway, and does not count. */
static size_t deferred_size(const struct call *call)
{
    return call->received.body.len + (call->arena.total > LIMIT_MEMORY_KEPT ? call->arena.total : 0);
}

struct ticket call_defer(struct call *call)
{
    struct tickets *tickets = &call->service->tickets;
    size_t bytes = deferred_size(call);
    struct call **bucket = bucket_of(tickets, call->frame.request);
    uint16_t place;

    if (call->ticket.number)
        return call->ticket;
    if (tickets->count == LIMIT_DEFERRED || tickets->bytes + bytes > LIMIT_DEFERRED_BYTES) {
        refuse(call, ERR_BUSY, "%u asks are under way already", tickets->count);
        call->is_refused = true;
        return (struct ticket){ 0 };
    }
    place = tickets->free[LIMIT_DEFERRED - 1 - tickets->count++];
    tickets->at[place] = call;
    tickets->bytes += call->deferred_bytes = bytes;
    call->ticket.number = ++tickets->serial * LIMIT_DEFERRED + place;
    call->chain = *bucket;
    *bucket = call;
    if (call->deadline < tickets->due)
        tickets->due = call->deadline;
    return call->ticket;
}

void ticket_close(struct call *call)
{
    struct tickets *tickets = &call->service->tickets;
    struct call **at = bucket_of(tickets, call->frame.request);
    uint16_t place = (uint16_t)(call->ticket.number % LIMIT_DEFERRED);

    while (*at != call)
        at = &(*at)->chain;
    *at = call->chain;
    tickets->at[place] = NULL;
    tickets->free[LIMIT_DEFERRED - tickets->count--] = place;
    tickets->bytes -= call->deferred_bytes;
    call->ticket.number = 0;
}

/* A copy may arrive over a new connection: the answer goes back on the copy's connection. */
enum err ticket_adopts(struct service *service, struct call *copy, bool *adopted)
{
    struct call *call = *bucket_of(&service->tickets, copy->frame.request);

    while (call && !id_equal(call->frame.request, copy->frame.request))
        call = call->chain;
    if (call && call->digest != copy->digest)
        return refuse_used_id(copy);
    if (call)
        call->received.route = copy->received.route;
    *adopted = call != NULL;
    return ERR_OK;
}

/* ---- answering ---- */

static void finish_call(struct call *call, enum err e)
{
    struct service *service = call->service;
    const uint64_t before = service_take_up(service, call->frame.request);

    ticket_close(call);
    call_finish(call, e);
    service_lay_down(service, before);
}

uint64_t ticket_take_up(struct service *service, struct ticket ticket)
{
    const struct call *call = call_of(service, ticket);

    return call ? service_take_up(service, call->frame.request) : in_hand_now(service_in_hand(service));
}

void ticket_answer(struct service *service, struct ticket ticket, const void *answer)
{
    struct call *call = call_of(service, ticket);

    if (!call)
        return;
    call->filled = (void *)(uintptr_t)answer;
    if (call->in_handler)
        call_encode(call, ERR_OK);
    else
        finish_call(call, ERR_OK);
}

/* A service that stops gives up the asks that it sent, which may be done nevertheless. So it does not answer the asks
 * that wait for them: their clients repeat them, and its successor does them, as after a crash. */
static bool is_left_to_successor(const struct service *service, const struct fault *fault)
{
    return service->stopping && fault->code == ERR_OFFLINE;
}

void ticket_fail(struct service *service, struct ticket ticket, const struct fault *fault)
{
    struct call *call = call_of(service, ticket);

    if (!call || is_left_to_successor(service, fault))
        return;
    call->fault = *fault;
    if (fault->code == ERR_OK)
        fault_set(&call->fault, ERR_INTERNAL, "the service gave no reason");
    if (call->in_handler)
        call_encode(call, call->fault.code);
    else
        finish_call(call, call->fault.code);
}

void ticket_prepare(struct service *service, struct ticket ticket, const void *answer, uint64_t effects)
{
    struct call *call = call_of(service, ticket);

    if (call)
        recall_prepare(call, answer, effects);
}

bool ticket_is_open(const struct service *service, struct ticket ticket)
{
    return call_of(service, ticket) != NULL;
}

bool ticket_expire(struct service *service, usec_t now)
{
    struct tickets *tickets = &service->tickets;
    bool any = false;

    if (now < tickets->due)
        return false;
    tickets->due = NEVER;
    for (uint32_t i = 0; i < LIMIT_DEFERRED; i++) {
        struct call *call = tickets->at[i];

        if (!call)
            continue;
        if (now < call->deadline) {
            tickets->due = call->deadline < tickets->due ? call->deadline : tickets->due;
            continue;
        }
        refuse(call, ERR_TIMEOUT, "not done within its budget of %u ms", call->frame.budget_ms);
        finish_call(call, ERR_TIMEOUT);
        any = true;
    }
    return any;
}

/* The service stops: clients that still wait ask again, and its successor answers. */
void ticket_drop_all(struct service *service)
{
    for (uint32_t i = 0; i < LIMIT_DEFERRED; i++) {
        struct call *call = service->tickets.at[i];

        if (call) {
            ticket_close(call);
            call_release(call);
        }
    }
}
