#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "proto/service/service_parts.h"

/* ---- memory: calls and their buffers are reused ---- */

void call_queue_add(struct call_queue *queue, struct call *call)
{
    call->next = NULL;
    *(queue->first ? queue->last : &queue->first) = call;
    queue->last = &call->next;
    queue->count++;
}

struct call *call_queue_take(struct call_queue *queue)
{
    struct call *call = queue->first;

    if (call) {
        queue->first = call->next;
        queue->count--;
    }
    return call;
}

struct call *call_queue_take_at(struct call_queue *queue, struct call **at)
{
    struct call *call = *at;

    *at = call->next;
    if (!call->next)
        queue->last = at;
    queue->count--;
    return call;
}

struct call *call_new(struct service *service)
{
    struct call *call = service->spare;

    if (call) {
        service->spare = call->next;
        service->spare_count--;
        return call;
    }
    call = alloc_zeroed(1, sizeof(*call));
    call->service = service;
    call->arena.limit = LIMIT_ARENA;
    call->body.limit = CODEC_MESSAGE_MAX;
    return call;
}

void call_free(struct call *call)
{
    sockets_drop(&call->received);
    arena_free(&call->arena);
    buffer_free(&call->body);
    free(call);
}

void call_release(struct call *call)
{
    struct service *service = call->service;

    call->is_over = call->is_kept;
    if (call->is_kept)
        return;
    if (service->spare_count == LIMIT_CALLS_KEPT) {
        call_free(call);
        return;
    }
    sockets_drop(&call->received);
    arena_reset(&call->arena);
    if (call->arena.total > LIMIT_MEMORY_KEPT)
        arena_free(&call->arena);
    buffer_reset(&call->body);
    if (call->body.room > LIMIT_MEMORY_KEPT)
        buffer_free(&call->body);
    call->next = service->spare;
    service->spare = call;
    service->spare_count++;
}

void call_keep(struct call *call)
{
    call->is_kept = true;
}

void call_give_back(struct call *call)
{
    call->is_kept = false;
    if (call->is_over)
        call_release(call);
}

size_t call_memory(const struct call *call)
{
    return call->received.body.len + call->arena.total;
}

void call_free_spare(struct service *service)
{
    struct call *call;

    while ((call = service->spare)) {
        service->spare = call->next;
        call_free(call);
    }
    while ((call = call_queue_take(&service->waiting)) || (call = call_queue_take(&service->held)))
        call_free(call);
}

/* ---- for handlers ---- */

enum err refuse(struct call *call, enum err code, const char *format, ...)
{
    va_list args;

    call->fault.code = code;
    call->fault.field[0] = call->fault.hint[0] = 0;
    call->fault.revision = 0;
    va_start(args, format);
    vsnprintf(call->fault.what, sizeof(call->fault.what), format, args);
    va_end(args);
    return code;
}

struct fault *call_fault(struct call *call)
{
    return &call->fault;
}

struct arena *call_arena(struct call *call)
{
    return &call->arena;
}

struct id call_request(const struct call *call)
{
    return call->frame.request;
}

uint64_t call_digest(const struct call *call)
{
    return call->digest;
}

struct text call_client(const struct call *call)
{
    return call->frame.client;
}

struct sender call_sender(const struct call *call)
{
    struct sender sender = { .request = call->frame.request, .digest = call->digest };

    (void)text_copy(sender.client, sizeof(sender.client), call->frame.client);
    return sender;
}

enum err refuse_full(struct call *call)
{
    return refuse(call, ERR_FULL, "the ask needs more than its %d MiB of memory", LIMIT_ARENA >> 20);
}

enum err refuse_used_id(struct call *call)
{
    char id[ID_TEXT_SIZE];

    call->is_common = true;
    refuse(call, ERR_CONFLICT, "the request id %s belongs to another ask, or to another body of this one",
           id_write(call->frame.request, id));
    fault_hint(&call->fault, "draw a new id for each ask; to repeat an ask, send its bytes again");
    return fault_field(&call->fault, "request");
}

usec_t call_deadline(const struct call *call)
{
    return call->deadline;
}

const struct ask *call_ask(const struct call *call)
{
    return call->ask;
}

void call_hold(struct call *call, keep_fn *keep, void *state)
{
    call->holds = true;
    call->keep = keep;
    call->keep_state = state;
}

enum err call_answer_again(struct call *call, enum err error, struct bytes body)
{
    buffer_reset(&call->body);
    buffer_add(&call->body, body.at, body.len);
    if (call->body.failed)
        return refuse(call, ERR_TOO_LARGE, "an answer of %u bytes is too long: at most %d", body.len,
                      CODEC_MESSAGE_MAX);
    call->error = error;
    call->is_encoded = true;
    return ERR_OK;
}
