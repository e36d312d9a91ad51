#include <string.h>

#include "common/hash.h"
#include "proto/peers/accept.h"
#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"

enum {
    BATCH = 64,         /* asks read before one is handled, while they are put in order … */
    BATCH_MOST = 1024,  /* … and after an expensive one, because other peers may have sent cheap ones */
    EXPENSIVE_US = 500, /* for one ask; after it the loop reads further asks */
    HEAVY_US = 2000,    /* for the recent asks of a peer: peers with less come first */
    LATELY_US = 100000,
};

static void reset_call(struct call *call)
{
    call->frame = (struct ask_frame){ 0 };
    call->digest = 0;
    call->recalled = NULL;
    call->was_begun = false;
    call->ask = NULL;
    call->latency = NULL;
    call->request = call->filled = NULL;
    call->fault.code = call->error = ERR_OK;
    call->fault.what[0] = call->fault.field[0] = call->fault.hint[0] = 0;
    call->fault.revision = 0;
    call->ticket.number = 0;
    call->is_common = call->in_handler = call->is_refused = call->is_encoded = call->holds = false;
    call->keep = NULL;
    call->arena.limit = LIMIT_ARENA;
    call->arrived_ns = latency_clock();
}

/* Identifies the asking process, so that all connections of one client count as one. If the process is unknown,
 * identifies the connection. */
static uint64_t who_asks(const struct route *route)
{
    pid_t process = peers_process(route->peer);
    uint64_t who;

    if (process > 0)
        return (uint64_t)process;
    memcpy(&who, hash_of(route->at, route->len).b, sizeof(who));
    return who | 1ULL << 63;
}

static bool is_freer(const struct spending *spending, uint32_t slot, uint32_t than)
{
    if (spending->us[slot] != spending->us[than])
        return spending->us[slot] < spending->us[than];
    return !spending->who[slot] && spending->who[than];
}

/* Finds the slot of this peer. A new peer gets a free slot, or that of the peer that cost least. */
static uint32_t slot_of(struct spending *spending, uint64_t who)
{
    const uint32_t first = (uint32_t)(who % LIMIT_SPENDERS);
    uint32_t free = first;

    for (uint32_t i = 0; i < LIMIT_SPENDERS; i++) {
        uint32_t slot = (first + i) % LIMIT_SPENDERS;
        if (spending->who[slot] == who)
            return slot;
        if (is_freer(spending, slot, free))
            free = slot;
    }
    spending->who[free] = who;
    return free;
}

/* Errors: busy (no ask), io. */
static enum err take_one(struct service *service)
{
    struct call *call = call_new(service);
    enum err e = sockets_receive(service->ask_socket, &call->received);

    if (e != ERR_OK && e != ERR_TOO_LARGE) {
        call_release(call);
        return e;
    }
    reset_call(call);
    if (e == ERR_OK) {
        call->peer = slot_of(&service->spending, who_asks(&call->received.route));
        if (!call_put_aside(call))
            call_queue_add(&service->waiting, call);
        return ERR_OK;
    }
    refuse(call, ERR_BAD_REQUEST, "more than %d frames, or too many bytes, before the last frame",
           LIMIT_ROUTE_FRAMES - 1); /* the first one is ROUTER's */
    call_finish(call, ERR_BAD_REQUEST);
    return ERR_OK;
}

/* ---- fairness: a peer whose asks are expensive waits for the asks of others ---- */

static void forget_spending(struct service *service, usec_t now)
{
    struct spending *spending = &service->spending;

    if (now - spending->since < LATELY_US)
        return;
    spending->since = now;
    spending->most = spending->spenders = 0;
    for (uint32_t i = 0; i < LIMIT_SPENDERS; i++) {
        spending->us[i] /= 2;
        spending->spenders += spending->us[i] > 0;
        if (spending->us[i] > spending->most)
            spending->most = spending->us[i];
    }
}

static void add_spending(struct service *service, uint32_t peer, usec_t us)
{
    struct spending *spending = &service->spending;

    spending->spenders += us > 0 && spending->us[peer] == 0;
    spending->us[peer] += (uint32_t)us;
    if (spending->us[peer] > spending->most)
        spending->most = spending->us[peer];
}

/* Takes the first call of the peer that cost least; the first of all calls while no peer cost much. */
static struct call *take_next_call(struct service *service)
{
    const uint32_t *us = service->spending.us;
    struct call **least = &service->waiting.first;

    if (!*least || service->spending.most < HEAVY_US)
        return call_queue_take(&service->waiting);
    for (struct call **at = least; *at; at = &(*at)->next)
        if (us[(*at)->peer] < us[(*least)->peer])
            least = at;
    return call_queue_take_at(&service->waiting, least);
}

/* A look for an ask that has not come costs a system call. So there is one for each ask, after the answer to the one
 * before, unless asks of several peers have to be put in order. */
static uint32_t how_far_ahead(const struct spending *spending)
{
    return spending->most >= HEAVY_US && spending->spenders > 1 ? BATCH : 1;
}

static void read_ahead(struct service *service, uint32_t most)
{
    for (uint32_t i = 0; i < BATCH && service->waiting.count < most && take_one(service) == ERR_OK; i++)
        ;
}

static void handle_call(struct service *service, struct call *call)
{
    uint32_t peer = call->peer;
    usec_t began = clock_steady(), spent;

    call_go_on(call, call_read(call));
    spent = clock_steady() - began;
    add_spending(service, peer, spent);
    if (spent < EXPENSIVE_US)
        return;
    read_ahead(service, BATCH_MOST);
    if (service->held_ends > service->turn_began + LIMIT_HELD_EXPENSIVE_MS * 1000)
        service->held_ends = service->turn_began + LIMIT_HELD_EXPENSIVE_MS * 1000;
}

static bool goes_on(const struct service *service)
{
    usec_t ends = service->held.count > 0 ? service->held_ends : service->turn_ends;

    return !service->stopping && clock_steady() < ends;
}

uint32_t call_take_all(struct service *service)
{
    uint32_t handled = 0;
    struct call *call;

    forget_spending(service, clock_steady());
    while (handled < LIMIT_TURN && goes_on(service)) {
        read_ahead(service, how_far_ahead(&service->spending));
        if (service->waiting.count == 0)
            break;
        for (; goes_on(service) && (call = take_next_call(service)); handled++)
            handle_call(service, call);
    }
    return handled;
}
