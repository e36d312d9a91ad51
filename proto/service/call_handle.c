/* call_handle.c: the handler of an ask that was read, unless another ask gives the answer. */
#include <string.h>

#include "common/crash.h"
#include "proto/service/service_parts.h"
#include "schema_service.h"

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
