#include <stdlib.h>

#include "common/alloc.h"
#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"

typedef void done_fn(void *state, enum err error, const void *answer, const struct fault *fault);

/* The receiver of an ask's answer; the requester's token. */
struct asked {
    const struct ask *ask;
    done_fn *done;
    void *state;
    uint64_t held; /* in hand when it was sent: the answer is work on that ask too */
};

static enum err open_requester(struct service *service, struct fault *fault)
{
    if (service->stopping)
        return fault_set(fault, ERR_OFFLINE, "%s is stopping", service->name);
    if (!service->requester)
        service->requester = requester_new(service->sockets, &service->paths, LIMIT_SERVICE_ASKS);
    return ERR_OK;
}

static enum err send_ask(struct service *service, struct asked *asked, const char *name, const void *request,
                         uint32_t budget_ms, const struct sender *sender, struct fault *fault)
{
    struct buffer body = { .limit = CODEC_MESSAGE_MAX };
    enum err e = ERR_OK;

    if (request)
        e = codec_encode(asked->ask->request, request, &body, fault);
    else
        buffer_add(&body, "\x80", 1); /* an empty map */
    if (e == ERR_OK)
        e = requester_send(service->requester, text_of(name), buffer_bytes(&body), budget_ms, sender->request,
                           sender->digest, text_of(sender->client), asked, fault);
    buffer_free(&body);
    return e;
}

enum err service_ask(struct service *service, const char *name, const void *request, uint32_t budget_ms,
                     const struct sender *sender, done_fn *done, void *state, struct fault *fault)
{
    enum err e = open_requester(service, fault);
    const struct ask *ask = schema_ask(text_of(name));
    const struct sender own = { .request = id_new() };
    struct asked *asked;

    if (e != ERR_OK)
        return e;
    if (!ask)
        return fault_set(fault, ERR_NOT_FOUND, "no ask %s", name);
    asked = alloc_bytes(sizeof(*asked));
    *asked = (struct asked){ .ask = ask, .done = done, .state = state, .held = in_hand_now(service_in_hand(service)) };
    e = send_ask(service, asked, name, request, budget_ms, sender ? sender : &own, fault);
    if (e != ERR_OK)
        free(asked);
    service->requester_stirred = true;
    return e;
}

static void pass_answer(struct service *service, struct asked *asked, const struct delivery *delivery)
{
    const uint64_t before = in_hand_take(service_in_hand(service), asked->held);
    const struct shape *shape = asked->ask->answer;
    struct fault fault = { 0 };
    void *answer = NULL;
    enum err e = delivery->error;

    arena_reset(&service->received_arena);
    if (e == ERR_OK) {
        answer = arena_alloc(&service->received_arena, shape->size);
        e = codec_decode(shape, delivery->body, &service->received_arena, answer, &fault);
    } else
        frame_read_fault(delivery->body, e, &fault);
    asked->done(asked->state, e, e == ERR_OK ? answer : NULL, &fault);
    free(asked);
    service_lay_down(service, before);
}

bool service_asks_take(struct service *service)
{
    struct delivery delivery;
    uint32_t taken = 0;

    service->requester_stirred = false;
    while (taken < LIMIT_TURN && requester_take(service->requester, &delivery)) {
        pass_answer(service, delivery.token, &delivery);
        taken++;
    }
    service->requester_stirred = service->requester_stirred || taken == LIMIT_TURN;
    return taken > 0;
}

void service_asks_abandon(struct service *service)
{
    struct fault fault = { 0 };
    struct asked *asked;

    if (!service->requester)
        return;
    fault_set(&fault, ERR_OFFLINE, "%s is stopping", service->name);
    while ((asked = requester_abandon(service->requester))) {
        asked->done(asked->state, ERR_OFFLINE, NULL, &fault);
        free(asked);
    }
}
