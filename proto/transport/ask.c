#include "proto/transport/ask.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/transport/requester.h"
#include "proto/wire/frame.h"
#include "proto/wire/nearest.h"

enum { FOLLOW_MS = 100 /* while it waits for events: between two looks for services that have begun to run */ };

struct asker {
    struct paths paths;
    struct sockets *sockets;
    struct requester *requester; /* of one ask at a time */
    struct socket *listen;
    struct received event;
    struct buffer body;
    struct arena arena; /* of the answer, until the next ask */
    uint64_t digest;    /* of the client's ask that the next one belongs to; 0: none */
    const char *client; /* "": it has no name */
};

void asker_for(struct asker *asker, uint64_t digest)
{
    asker->digest = digest;
}

void asker_name(struct asker *asker, const char *client)
{
    asker->client = client;
}

static const struct bytes EMPTY_MAP = { 1, (const uint8_t *)"\x80" };

struct asker *asker_new(const struct paths *paths, struct fault *fault)
{
    struct asker *asker = alloc_zeroed(1, sizeof(*asker));

    asker->paths = *paths;
    asker->client = "";
    asker->body.limit = CODEC_MESSAGE_MAX;
    asker->sockets = sockets_new(fault);
    if (asker->sockets)
        return asker;
    free(asker);
    return NULL;
}

void asker_free(struct asker *asker)
{
    if (!asker)
        return;
    sockets_drop(&asker->event);
    requester_free(asker->requester);
    sockets_free(asker->sockets);
    buffer_free(&asker->body);
    arena_free(&asker->arena);
    free(asker);
}

/* ---- asks ---- */

/* Milliseconds until `until`, rounded up; -1 if it has passed. */
static int left_ms(usec_t until)
{
    usec_t left = until - clock_steady();

    return left <= 0 ? -1 : left > 60000000 ? 60000 : (int)((left + 999) / 1000);
}

/* Most answers come soon; a wait for them alone takes fewer system calls. The ask's own deadline delivers it in any
 * case. */
static struct delivery wait_for_answer(struct requester *requester)
{
    struct pollfd fds[REQUESTER_FDS];
    struct delivery delivery;

    if (requester_take_soon(requester, &delivery))
        return delivery;
    while (!requester_take(requester, &delivery)) {
        int wait = left_ms(requester_due(requester));
        poll(fds, requester_wait_for(requester, fds, REQUESTER_FDS), wait < 0 ? 0 : wait);
    }
    return delivery;
}

enum err ask_raw(struct asker *asker, const char *name, struct bytes body, uint32_t budget_ms,
                 const struct id *request_id, struct bytes *answer, struct fault *fault)
{
    struct id request = request_id ? *request_id : id_new();
    struct delivery delivery;
    enum err e;

    if (!asker->requester)
        asker->requester = requester_new(asker->sockets, &asker->paths, 1);
    e = requester_send(asker->requester, text_of(name), body, budget_ms, request, asker->digest, text_of(asker->client),
                       NULL, fault);
    if (e != ERR_OK)
        return e;
    delivery = wait_for_answer(asker->requester);
    if (delivery.error != ERR_OK)
        frame_read_fault(delivery.body, delivery.error, fault);
    *answer = delivery.body;
    return delivery.error;
}

static enum err encode_request(struct asker *asker, const struct ask *declared, const void *request, struct bytes *body,
                               struct fault *fault)
{
    enum err e = ERR_OK;

    buffer_reset(&asker->body);
    if (request)
        e = codec_encode(declared->request, request, &asker->body, fault);
    *body = request ? buffer_bytes(&asker->body) : EMPTY_MAP;
    return e;
}

enum err ask(struct asker *asker, const char *name, const void *request, uint32_t budget_ms,
             const struct id *request_id, void *answer, struct fault *fault)
{
    const struct ask *declared = schema_ask(text_of(name));
    struct bytes body, answered;
    enum err e;

    if (!declared)
        return nearest_explain(text_of(name), fault);
    e = encode_request(asker, declared, request, &body, fault);
    if (e == ERR_OK)
        e = ask_raw(asker, name, body, budget_ms, request_id, &answered, fault);
    if (e != ERR_OK || !answer)
        return e;
    arena_reset(&asker->arena);
    memset(answer, 0, declared->answer->size);
    return codec_decode(declared->answer, answered, &asker->arena, answer, fault);
}

/* ---- events ---- */

static enum err join_all(struct asker *asker, struct fault *fault)
{
    char address[PATH_MAX];
    enum err e = ERR_OK;

    for (const struct schema *const *schema = schema_all; *schema && e == ERR_OK; schema++) {
        if ((*schema)->event_count == 0)
            continue;
        paths_event_socket(&asker->paths, (*schema)->service, address);
        if (asker->listen)
            e = sockets_join(asker->listen, address, fault);
        else
            e = sockets_open(asker->sockets, SOCKET_LISTEN, address, &asker->listen, fault);
    }
    return e;
}

enum err ask_subscribe(struct asker *asker, const char *prefix, struct fault *fault)
{
    enum err e = asker->listen ? ERR_OK : join_all(asker, fault);

    if (e == ERR_OK && sockets_subscribe(asker->listen, prefix) != ERR_OK)
        e = fault_set(fault, ERR_IO, "cannot subscribe to \"%s\"", prefix);
    return e;
}

enum err ask_next_event(struct asker *asker, int timeout_ms, struct text *topic, struct event_frame *event,
                        struct fault *fault)
{
    usec_t until = clock_steady() + (usec_t)timeout_ms * 1000;
    struct pollfd fd;
    enum err e;
    int left;

    if (!asker->listen)
        return fault_set(fault, ERR_BAD_REQUEST, "no event is subscribed to: call subscribe first");
    fd = (struct pollfd){ sockets_fd(asker->listen), POLLIN, 0 };
    for (;;) {
        sockets_drop(&asker->event);
        e = sockets_receive(asker->listen, &asker->event);
        *topic = sockets_topic(&asker->event);
        if (e == ERR_OK && frame_read_event(asker->event.body, event, NULL) == ERR_OK)
            return ERR_OK;
        if (e == ERR_IO)
            return fault_set(fault, e, "cannot read events");
        left = left_ms(until);
        if (e == ERR_BUSY && left < 0)
            return fault_set(fault, ERR_TIMEOUT, "no event within %d ms", timeout_ms);
        sockets_follow(asker->listen);
        if (e == ERR_BUSY && sockets_settled(asker->listen))
            poll(&fd, 1, left < FOLLOW_MS ? left : FOLLOW_MS);
    }
}
