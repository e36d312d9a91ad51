#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
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

/* ---- the answer ---- */

static void encode_fault(struct call *call, enum err e)
{
    call->fault.code = e;
    if (!call->fault.what[0])
        snprintf(call->fault.what, sizeof(call->fault.what), "%s", err_name(e));
    call->error = e;
    buffer_reset(&call->body);
    if (frame_write_fault(&call->body, &call->fault) != ERR_OK) {
        buffer_reset(&call->body);
        buffer_add(&call->body, "\x80", 1); /* an empty map */
    }
}

void call_encode(struct call *call, enum err e)
{
    buffer_reset(&call->body);
    call->is_encoded = true;
    call->error = e;
    if (e == ERR_OK && (e = codec_encode(call->ask->answer, call->filled, &call->body, &call->fault)) != ERR_OK) {
        log_fault(call->ask->full_name, &call->fault);
        e = e == ERR_BAD_REQUEST ? ERR_INTERNAL : e; /* the service itself violated the schema */
    }
    if (e != ERR_OK)
        encode_fault(call, e);
}

static enum err send_frame(const struct call *call)
{
    struct service *service = call->service;
    struct answer_frame frame = {
        .request = call->frame.request,
        .error = call->error,
        .body = buffer_bytes(&call->body),
    };

    buffer_reset(&service->frame);
    frame_write_answer(&service->frame, &frame);
    return sockets_send(service->ask_socket, &call->received.route, buffer_bytes(&service->frame));
}

static void count_answer(struct call *call)
{
    if (!call->latency)
        return;
    latency_add(call->latency, latency_clock() - call->arrived_ns);
    call->latency->errors += call->error != ERR_OK;
}

/* A peer that has disconnected needs no answer. A peer that does not read gets a small answer or none, because it will
 * ask again. */
static void send_answer(struct call *call)
{
    if (send_frame(call) == ERR_BUSY) {
        fault_set(&call->fault, ERR_BUSY,
                  "the service holds too many answers for clients that do not read: read them, then ask again");
        encode_fault(call, ERR_BUSY);
        send_frame(call);
    }
    count_answer(call);
    call_release(call);
}

static void keep_body(struct call *call)
{
    enum err e = call->keep(call->keep_state, call, call->error, buffer_bytes(&call->body));

    if (e == ERR_OK)
        return;
    fault_set(&call->fault, e, "the answer cannot be kept for a repetition: %s", err_name(e));
    encode_fault(call, e);
}

/* Tests fail if a log contains this line. A service that passes on its client's id may get `conflict` for it. */
static void check_declared(const struct call *call)
{
    uint32_t may = ERRORS_OF_ALL | (call->ask ? call->ask->errors : ~0u);

    if (call->is_common || (call->ask && call->ask->mutates))
        may |= 1u << ERR_CONFLICT;
    if (!(may >> call->error & 1))
        log_error("%s answers %s, which its schema does not declare: %s", call->ask->full_name, err_name(call->error),
                  call->fault.what);
}

void call_finish(struct call *call, enum err e)
{
    bool is_again = call->is_encoded;

    if (!is_again)
        call_encode(call, e);
    check_declared(call);
    recall_keep(call);
    if (!call->holds) {
        send_answer(call);
        return;
    }
    if (call->keep && !is_again)
        keep_body(call);
    call_queue_add(&call->service->held, call);
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
