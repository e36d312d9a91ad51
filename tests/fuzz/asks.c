#include "tests/fuzz/asks.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"
#include "proto/wire/token.h"
#include "schema_service.h"

enum { BUDGET_MS = 60000, ID_SIZE = sizeof(struct id) };

struct service *fuzz_service(const struct schema *schema)
{
    char program[] = "fuzz", *arguments[] = { program, NULL };
    struct service *service;
    sigset_t none;

    fuzz_home();
    service = service_start(1, arguments, schema);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* the fuzzer's own mask */
    return service;
}

/* ---- one ask ---- */

static void write_frame(const struct service *service, const struct ask *ask, struct id request, struct bytes body,
                        struct buffer *to)
{
    char name[128];

    snprintf(name, sizeof(name), "%s.%s", service->name, ask->name);
    frame_write_ask(to, &(struct ask_frame){
                            .name = text_of(name), .request = request, .budget_ms = BUDGET_MS, .body = body });
}

/* As from the socket: the message lives as long as the call. */
static void queue_frame(struct service *service, const struct buffer *frame)
{
    struct call *call = call_new(service);
    const struct arena arena = call->arena;
    const struct buffer body = call->body;
    zmq_msg_t *message = (zmq_msg_t *)(void *)call->received.message;

    *call = (struct call){ .service = service, .arena = arena, .body = body, .arrived_ns = latency_clock() };
    holds(zmq_msg_init_size(message, frame->len) == 0);
    memcpy(zmq_msg_data(message), frame->at, frame->len);
    call->received.full = true;
    call->received.body = bytes_of(zmq_msg_data(message), frame->len);
    call_queue_add(&service->waiting, call);
}

/* True if the last message was an event: the handler published it, and postponed its answer. */
static bool is_event(const struct service *service)
{
    struct event_frame event;

    return frame_read_event(buffer_bytes(&service->frame), &event, NULL) == ERR_OK;
}

static enum err read_answer(const struct service *service, const struct ask *ask, struct arena *arena, void *answer)
{
    struct fault fault = { 0 };
    struct answer_frame frame;

    holds(frame_read_answer(buffer_bytes(&service->frame), &frame, &fault) == ERR_OK);
    if (frame.error == ERR_OK)
        holds(codec_decode(ask->answer, frame.body, arena, answer, &fault) == ERR_OK);
    else
        frame_read_fault(frame.body, frame.error, &fault);
    if (frame.error == ERR_INTERNAL)
        fprintf(stderr, "%s: %s (%s)\n", ask->full_name, fault.what, fault.field);
    holds(frame.error != ERR_INTERNAL && (frame.error == ERR_OK || fault.what[0]));
    return frame.error;
}

enum err fuzz_ask(struct service *service, const struct ask *ask, struct id request, struct bytes body,
                  struct arena *arena, void *answer)
{
    struct buffer frame = { 0 };
    enum err e = ERR_BUSY;

    write_frame(service, ask, request, body, &frame);
    buffer_reset(&service->frame);
    queue_frame(service, &frame);
    service->turn_ends = INT64_MAX; /* the turn may take any time */
    call_take_all(service);
    service_release(service);
    if (service->frame.len > 0 && !is_event(service))
        e = read_answer(service, ask, arena, answer ? answer : arena_alloc(arena, ask->answer->size));
    buffer_free(&frame);
    return e;
}

/* ---- asks of an input ---- */

static const struct ask *choose_ask(const struct service *service, uint16_t number)
{
    const struct schema *own = service->schema;
    uint32_t count = own->ask_count + schema_service.ask_count;

    for (uint32_t i = 0; i < own->ask_count; i++)
        if (fuzz_hash(own->asks[i].name) == number)
            return &own->asks[i];
    number = (uint16_t)(number % count);
    return number < own->ask_count ? &own->asks[number] : &schema_service.asks[number - own->ask_count];
}

static void put_known_ids(struct buffer *body, const struct id_list *known)
{
    static const uint8_t mark[ID_SIZE - 1] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
    };

    for (size_t at = 0; known->count && at + ID_SIZE <= body->len; at++)
        if (memcmp(body->at + at, mark, sizeof(mark)) == 0)
            memcpy(body->at + at, &known->at[body->at[at + ID_SIZE - 1] % known->count], ID_SIZE);
}

bool fuzz_next_ask(struct service *service, struct fuzz_input *input, const struct id_list *known)
{
    const struct ask *ask = choose_ask(service, fuzz_number(input));
    struct bytes number = fuzz_take(input, 1);
    struct arena arena = { .limit = LIMIT_ARENA };
    struct buffer body = { 0 };
    struct bytes taken = fuzz_take(input, fuzz_number(input));
    struct id request = { { 0 } };

    if (number.len == 0)
        return false;
    request.b[ID_SIZE - 1] = number.at[0];
    buffer_add(&body, taken.at, taken.len);
    put_known_ids(&body, known);
    if (token_scan(buffer_bytes(&body), CODEC_DEPTH - 1, NULL) == ERR_OK && body.at[0] >> 4 != 9)
        fuzz_ask(service, ask, request, buffer_bytes(&body), &arena, NULL);
    buffer_free(&body);
    arena_free(&arena);
    return true;
}

void fuzz_timers(struct service *service)
{
    for (uint32_t i = service->timer_count; i-- > 0;)
        if (i < service->timer_count)
            service->timers[i].tick(service->timers[i].state);
}

void fuzz_watches(struct service *service)
{
    for (uint32_t i = service->watch_count; i-- > 0;) {
        struct pollfd readable = { service->watches[i].fd, POLLIN, 0 };

        if (poll(&readable, 1, 0) == 1)
            service->watches[i].ready(service->watches[i].state, readable.fd);
    }
}

void fuzz_offline(struct service *service)
{
    service_asks_abandon(service);
}
