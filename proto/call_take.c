#include <string.h>

#include "common/crash.h"
#include "proto/nearest.h"
#include "proto/service_parts.h"
#include "schema_service.h"

enum { BATCH = 64, BATCH_BYTES = 16 << 20 }; /* read before they are handled */

static const struct ask *find_in(const struct schema *schema, struct text name)
{
    for (uint32_t i = 0; i < schema->ask_count; i++)
        if (text_is(name, schema->asks[i].name))
            return &schema->asks[i];
    return NULL;
}

/* The service's own asks, and the standard ones under its name. */
static const struct ask *find(const struct service *service, struct text full_name)
{
    size_t len = strlen(service->name);
    const struct ask *ask;
    struct text name;

    if (full_name.len <= len || memcmp(full_name.at, service->name, len) != 0 || full_name.at[len] != '.')
        return NULL;
    name = (struct text){ full_name.len - (uint32_t)len - 1, full_name.at + len + 1 };
    ask = find_in(service->schema, name);
    return ask ? ask : find_in(&schema_service, name);
}

static enum err explain_unknown(struct call *call)
{
    struct text name = call->frame.name;
    struct text own = text_of(call->service->name);

    if (schema_ask(name))
        return refuse(call, ERR_NOT_FOUND, "%.*s was sent to %s", TEXT_ARG(name), call->service->name);
    if (text_starts(name, own) && name.len > own.len && name.at[own.len] == '.')
        return nearest_explain_in(call->service->schema, name, &call->fault);
    return nearest_explain(name, &call->fault);
}

static enum err open_ask(struct call *call)
{
    enum err e = frame_read_ask(call->letter.body, &call->frame, &call->fault);

    if (e != ERR_OK)
        return e;
    call->digest = frame_digest(&call->frame);
    call->ask = find(call->service, call->frame.name);
    if (!call->ask)
        return explain_unknown(call);
    call->latency = (struct latency *)service_latency(call->service, call->ask);
    if (call->frame.budget_ms < 1 || call->frame.budget_ms > LIMIT_BUDGET_MS)
        return refuse(call, ERR_BAD_REQUEST, "a budget of %u ms is not within 1 to %d", call->frame.budget_ms,
                      LIMIT_BUDGET_MS);
    call->deadline = (usec_t)(call->arrived_ns / 1000) + (usec_t)call->frame.budget_ms * 1000;
    if (clock_steady() > call->deadline)
        return refuse(call, ERR_TIMEOUT, "the budget of %u ms ran out before it was handled",
                      call->frame.budget_ms);
    return ERR_OK;
}

/* For a crash record: "persist.put_media 01J…". */
static void note_in_hand(const struct call *call)
{
    char note[CRASH_NOTE_SIZE], *end;

    (void)text_copy(note, sizeof(note) - ID_TEXT_SIZE - 1, call->frame.name);
    end = note + strlen(note);
    *end = ' ';
    id_write(call->frame.request, end + 1);
    crash_in_hand(note);
}

static enum err dispatch(struct call *call)
{
    const struct service *service = call->service;
    const struct ask *ask = call->ask;
    bool is_own = ask >= service->schema->asks && ask < service->schema->asks + service->schema->ask_count;
    void *request = arena_alloc(&call->arena, ask->request->size);
    enum err e;

    call->filled = arena_alloc(&call->arena, ask->answer->size);
    if (!request || !call->filled)
        return refuse(call, ERR_FULL, "no memory is left for this ask");
    if (is_own && !service->handlers && strcmp(service->name, service->schema->service) != 0)
        return refuse(call, ERR_CONFLICT, "%s stands by, and answers only what every service does: ask %s",
                      service->name, service->schema->service);
    if (is_own && !service->handlers)
        return refuse(call, ERR_BUSY, "%s is starting", service->name);
    e = codec_decode(ask->request, call->frame.body, &call->arena, request, &call->fault);
    if (e != ERR_OK)
        return e;
    note_in_hand(call);
    recall_begin(call);
    call->in_handler = true;
    if (is_own)
        e = ask->dispatch(service->handlers, service->handler_state, call, request, call->filled);
    else
        e = ask->dispatch(&service_standard, call->service, call, request, call->filled);
    call->in_handler = false;
    crash_in_hand(NULL);
    return e == ERR_OK && call->is_refused ? ERR_BUSY : e;
}

static void handle(struct call *call)
{
    bool adopted = false, answered = false;
    enum err e = open_ask(call);

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
        e = dispatch(call);
    if (e != ERR_OK)
        call->is_encoded = false; /* a refusal is stronger than an answer given before it */
    if (call->ticket.number && e == ERR_OK && !call->is_encoded)
        return; /* put off */
    if (call->ticket.number)
        ticket_close(call);
    call_finish(call, e);
}

/* ---- the turn ---- */

static void reset(struct call *call)
{
    call->frame = (struct ask_frame){ 0 };
    call->digest = 0;
    call->recalled = NULL;
    call->was_begun = false;
    call->ask = NULL;
    call->latency = NULL;
    call->filled = NULL;
    call->fault.code = call->error = ERR_OK;
    call->fault.what[0] = call->fault.field[0] = call->fault.hint[0] = 0;
    call->ticket.number = 0;
    call->in_handler = call->is_refused = call->is_encoded = call->holds = false;
    call->keep = NULL;
    call->arrived_ns = latency_clock();
}

/* Adds its size to `bytes`. Errors: busy (nothing there), full (memory), io. */
static enum err take_one(struct service *service, size_t *bytes)
{
    struct call *call = call_new(service);
    enum err e;

    if (!call)
        return ERR_FULL;
    e = sockets_receive(service->ask_socket, &call->letter);
    if (e != ERR_OK && e != ERR_TOO_LARGE) {
        call_release(call);
        return e;
    }
    reset(call);
    *bytes += call->letter.body.len;
    if (e == ERR_OK) {
        call_queue_add(&service->waiting, call);
        return ERR_OK;
    }
    refuse(call, ERR_BAD_REQUEST, "more than %d frames, or %d bytes, before the last", LIMIT_ROUTE_FRAMES,
           LIMIT_ROUTE_BYTES);
    call_finish(call, ERR_BAD_REQUEST);
    return ERR_OK;
}

static bool goes_on(const struct service *service)
{
    return !service->stopping && clock_steady() < service->turn_ends;
}

uint32_t call_take_all(struct service *service)
{
    uint32_t handled = 0;
    struct call *call;

    while (handled < LIMIT_TURN && goes_on(service)) {
        size_t bytes = 0;

        while (service->waiting.count < BATCH && bytes < BATCH_BYTES && take_one(service, &bytes) == ERR_OK)
            ;
        if (service->waiting.count == 0)
            break;
        for (; goes_on(service) && (call = call_queue_take(&service->waiting)); handled++)
            handle(call);
    }
    return handled;
}
