/* call_answer.c: an answer is encoded, kept, and sent or held. */
#include <stdio.h>

#include "common/process/log.h"
#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"

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
