#include <string.h>

#include "common/crash.h"
#include "common/hash.h"
#include "proto/service/service_parts.h"
#include "proto/transport/peers.h"
#include "proto/wire/nearest.h"
#include "schema_service.h"

enum {
    BATCH = 64,         /* asks read before they are handled … */
    BATCH_MOST = 1024,  /* … and while expensive asks wait, because other peers may have sent cheap ones */
    EXPENSIVE_US = 500, /* for one ask; after it the loop reads further asks */
    HEAVY_US = 2000,    /* for the recent asks of a peer: peers with less come first */
    LATELY_US = 100000,
};

/* Finds the service's own asks, and the standard ones under its name. */
static const struct ask *find_ask(const struct service *service, struct text full_name)
{
    size_t len = strlen(service->name);
    const struct ask *ask;
    struct text name;

    if (full_name.len <= len || memcmp(full_name.at, service->name, len) != 0 || full_name.at[len] != '.')
        return NULL;
    name = (struct text){ full_name.len - (uint32_t)len - 1, full_name.at + len + 1 };
    ask = schema_own_ask(service->schema, name);
    return ask ? ask : schema_own_ask(&schema_service, name);
}

static enum err explain_unknown(struct call *call)
{
    struct text name = call->frame.name;
    struct text own = text_of(call->service->name);

    if (schema_ask(name))
        return refuse(call, ERR_NOT_FOUND, "%.*s is not an ask of %s", TEXT_ARG(name), call->service->name);
    if (text_starts(name, own) && name.len > own.len && name.at[own.len] == '.')
        return nearest_explain_in(call->service->schema, name, &call->fault);
    return nearest_explain(name, &call->fault);
}

enum err call_read(struct call *call)
{
    enum err e = frame_read_ask(call->received.body, &call->frame, &call->fault);

    if (e != ERR_OK)
        return e;
    call->digest = frame_digest(&call->frame);
    call->ask = find_ask(call->service, call->frame.name);
    if (!call->ask)
        return explain_unknown(call);
    call->latency = (struct latency *)service_latency(call->service, call->ask);
    return ERR_OK;
}

enum err call_decode(struct call *call)
{
    const struct ask *ask = call->ask;

    call->filled = arena_alloc(&call->arena, ask->answer->size);
    call->request = arena_alloc(&call->arena, ask->request->size);
    return codec_decode_ask(ask->request, call->frame.body, &call->arena, call->request, &call->fault);
}

static enum err check_time(struct call *call)
{
    if (call->frame.budget_ms < 1 || call->frame.budget_ms > LIMIT_BUDGET_MS)
        return refuse(call, ERR_BAD_REQUEST, "a budget of %u ms is out of range: 1 to %d", call->frame.budget_ms,
                      LIMIT_BUDGET_MS);
    call->deadline = (usec_t)(call->arrived_ns / 1000) + (usec_t)call->frame.budget_ms * 1000;
    if (clock_steady() > call->deadline)
        return refuse(call, ERR_TIMEOUT, "the budget of %u ms ran out before the ask was handled",
                      call->frame.budget_ms);
    return ERR_OK;
}

/* Notes "persist.put_media 01J…" for a crash record. */
static void note_in_hand(const struct call *call)
{
    char note[CRASH_NOTE_SIZE], *end;

    (void)text_copy(note, sizeof(note) - ID_TEXT_SIZE - 1, call->frame.name);
    end = note + strlen(note);
    *end = ' ';
    id_write(call->frame.request, end + 1);
    crash_in_hand(note);
}

/* Clients repeat an ask until it is answered, so one that ends the service would end each successor too. */
static enum err refuse_deadly(struct call *call)
{
    const struct service *service = call->service;

    refuse(call, ERR_INTERNAL, "%s died %d times while it worked on this ask: it is not tried again", service->name,
           SERVICE_DEATHS_MOST);
    fault_hint(&call->fault, "`loophole crash list` shows how; other asks are answered");
    return ERR_INTERNAL;
}

bool call_is_deadly(const struct call *call, const struct in_hand *hand)
{
    return in_hand_deaths(hand, in_hand_key(call->frame.request.b, sizeof(call->frame.request.b))) >=
           SERVICE_DEATHS_MOST;
}

static enum err run_handler(struct call *call, bool is_own)
{
    struct service *service = call->service;
    enum err e;

    note_in_hand(call);
    recall_begin(call);
    call->in_handler = true;
    if (is_own)
        e = call->ask->dispatch(service->handlers, service->handler_state, call, call->request, call->filled);
    else
        e = call->ask->dispatch(&service_standard, service, call, call->request, call->filled);
    call->in_handler = false;
    crash_in_hand(NULL);
    return e;
}

static enum err dispatch_call(struct call *call)
{
    const struct service *service = call->service;
    const struct ask *ask = call->ask;
    bool is_own = ask >= service->schema->asks && ask < service->schema->asks + service->schema->ask_count;
    enum err e;

    call->is_common = is_own && !service->handlers;
    if (call->is_common && strcmp(service->name, service->schema->service) != 0)
        return refuse(call, ERR_CONFLICT,
                      "%s is a standby, and answers only the asks that every service answers: ask %s", service->name,
                      service->schema->service);
    if (is_own && !service->handlers)
        return refuse(call, ERR_BUSY, "%s is starting", service->name);
    if (call_is_deadly(call, service_in_hand(call->service)))
        return refuse_deadly(call);
    e = call->request ? ERR_OK : call_decode(call);
    if (e != ERR_OK)
        return e;
    call->arena.limit = LIMIT_ARENA + LIMIT_HANDLER;
    e = run_handler(call, is_own);
    return e == ERR_OK && call->is_refused ? ERR_BUSY : e;
}

static void go_on_in_hand(struct call *call, enum err e)
{
    bool adopted = false, answered = false;

    if (e == ERR_OK)
        e = check_time(call);
    if (e == ERR_OK)
        e = ticket_adopts(call->service, call, &adopted);
    if (adopted) {
        call_release(call);
        return;
    }
    if (e == ERR_OK)
        e = recall_answers(call, &answered);
    if (answered) {
        call_finish(call, call->error);
        return;
    }
    if (e == ERR_OK)
        e = dispatch_call(call);
    if (e != ERR_OK)
        call->is_encoded = false; /* an error replaces an answer given before it */
    if (call->ticket.number && e == ERR_OK && !call->is_encoded)
        return; /* deferred */
    if (call->ticket.number)
        ticket_close(call);
    call_finish(call, e);
}

void call_go_on(struct call *call, enum err e)
{
    struct service *service = call->service;
    const uint64_t before = service_take_up(service, call->frame.request);

    go_on_in_hand(call, e);
    service_lay_down(service, before);
}

/* ---- the turn ---- */

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
    spending->most = 0;
    for (uint32_t i = 0; i < LIMIT_SPENDERS; i++) {
        spending->us[i] /= 2;
        if (spending->us[i] > spending->most)
            spending->most = spending->us[i];
    }
}

static void add_spending(struct service *service, uint32_t peer, usec_t us)
{
    struct spending *spending = &service->spending;

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
        read_ahead(service, BATCH);
        if (service->waiting.count == 0)
            break;
        for (; goes_on(service) && (call = take_next_call(service)); handled++)
            handle_call(service, call);
    }
    return handled;
}
