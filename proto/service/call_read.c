/* call_read.c: what an ask is, before it is handled. */
#include <string.h>

#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"
#include "proto/wire/nearest.h"
#include "schema_service.h"

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

bool call_is_deadly(const struct call *call, const struct in_hand *hand)
{
    return in_hand_deaths(hand, in_hand_key(call->frame.request.b, sizeof(call->frame.request.b))) >=
           SERVICE_DEATHS_MOST;
}
