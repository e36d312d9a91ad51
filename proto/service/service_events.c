#include <string.h>

#include "common/process/log.h"
#include "proto/service/service_parts.h"
#include "proto/wire/frame.h"

/* ---- publishing ---- */

static const struct event *own_event(const struct schema *schema, const char *name)
{
    for (uint32_t i = 0; i < schema->event_count; i++)
        if (strcmp(schema->events[i].name, name) == 0 || strcmp(schema->events[i].full_name, name) == 0)
            return &schema->events[i];
    return NULL;
}

void service_publish(struct service *service, const char *name, const void *body)
{
    const struct event *event = own_event(service->schema, name);
    struct event_frame frame = { .epoch = service->epoch };
    struct buffer encoded = { .limit = CODEC_MESSAGE_MAX };
    struct fault fault = { 0 };

    if (!event) {
        log_error("%s publishes no \"%s\"", service->name, name);
        return;
    }
    /* An event that cannot be encoded is counted too, so subscribers see the gap. */
    frame.sequence = ++service->sequences[event - service->schema->events];
    buffer_reset(&service->frame);
    if (codec_encode(event->body, body, &encoded, &fault) == ERR_OK) {
        frame.body = buffer_bytes(&encoded);
        frame_write_event(&service->frame, &frame);
        sockets_publish(service->event_socket, text_of(event->full_name), buffer_bytes(&service->frame));
    } else {
        log_fault(event->full_name, &fault);
    }
    buffer_free(&encoded);
}

/* ---- subscriptions ---- */

static enum err join_publisher(struct service *service, const char *publisher, struct fault *fault)
{
    char address[PATH_MAX];

    paths_event_socket(&service->paths, publisher, address);
    if (service->subscribed_socket)
        return sockets_join(service->subscribed_socket, address, fault);
    return sockets_open(service->sockets, SOCKET_LISTEN, address, &service->subscribed_socket, fault);
}

static bool is_joined(const struct service *service, struct text publisher)
{
    for (uint32_t i = 0; i < service->subscription_count; i++)
        if (text_starts(text_of(service->subscriptions[i].event->full_name), publisher))
            return true;
    return false;
}

enum err service_subscribe(struct service *service, const char *name,
                           void (*take)(void *state, const void *body, bool gap), void *state)
{
    const struct event *event = schema_event(text_of(name));
    struct fault fault = { 0 };
    char publisher[64];
    enum err e = ERR_OK;

    if (!event || service->subscription_count == LIMIT_SUBSCRIPTIONS)
        return event ? ERR_FULL : ERR_NOT_FOUND;
    text_copy(publisher, sizeof(publisher), text_of(name));
    strchr(publisher, '.')[1] = 0; /* keeps the dot */
    if (!is_joined(service, text_of(publisher))) {
        strchr(publisher, '.')[0] = 0;
        e = join_publisher(service, publisher, &fault);
    }
    if (e == ERR_OK)
        e = sockets_subscribe(service->subscribed_socket, event->full_name);
    if (e != ERR_OK) {
        log_fault(name, &fault);
        return e;
    }
    service->subscriptions[service->subscription_count++] =
        (struct subscription){ .event = event, .take = take, .state = state };
    return ERR_OK;
}

/* The first event counts as a gap, because earlier ones are unknown. */
static bool shows_gap(struct subscription *subscription, const struct event_frame *frame)
{
    bool gap = frame->epoch != subscription->epoch || frame->sequence != subscription->sequence + 1;

    subscription->epoch = frame->epoch;
    subscription->sequence = frame->sequence;
    return gap;
}

static void pass_event(struct service *service, struct subscription *subscription, const struct event_frame *frame)
{
    bool gap = shows_gap(subscription, frame);
    struct fault fault = { 0 };
    void *body;

    arena_reset(&service->received_arena);
    body = arena_alloc(&service->received_arena, subscription->event->body->size);
    if (codec_decode(subscription->event->body, frame->body, &service->received_arena, body, &fault) == ERR_OK) {
        subscription->take(subscription->state, body, gap);
        return;
    }
    log_fault(subscription->event->full_name, &fault);
    subscription->epoch = 0; /* the next event reports this one as missed */
}

static void handle_received(struct service *service)
{
    struct event_frame frame;

    if (frame_read_event(service->event.body, &frame, NULL) != ERR_OK)
        return;
    for (uint32_t i = 0; i < service->subscription_count; i++)
        if (text_is(sockets_topic(&service->event), service->subscriptions[i].event->full_name))
            pass_event(service, &service->subscriptions[i], &frame);
}

bool service_events_take(struct service *service)
{
    uint32_t taken = 0;
    enum err e = ERR_OK;

    while (taken < LIMIT_TURN && e != ERR_BUSY && e != ERR_IO) {
        e = sockets_receive(service->subscribed_socket, &service->event);
        if (e == ERR_OK)
            handle_received(service);
        sockets_drop(&service->event);
        taken += e == ERR_OK;
    }
    return taken > 0;
}
