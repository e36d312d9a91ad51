#include "frontends/web/service_links.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/schema.h"

struct web_link {
    struct text service;
    struct socket *socket;
    uint32_t connections;
};

struct service_links {
    struct service_links_events events;
    struct sockets *sockets;
    struct socket *listener;
    struct web_link each[SERVICE_LINKS_MOST];
    uint32_t count;
};

static enum err open_link(struct service_links *links, const struct paths *paths, const struct schema *schema,
                          struct fault *fault)
{
    char address[PATH_MAX];
    struct web_link *link = &links->each[links->count];
    enum err e = ERR_OK;

    if (links->count == SERVICE_LINKS_MOST)
        return fault_set(fault, ERR_FULL, "the gateway has room for %d services", SERVICE_LINKS_MOST);
    link->service = text_of(schema->service);
    e = sockets_open(links->sockets, SOCKET_CLIENT, paths_ask_socket(paths, schema->service, address), &link->socket,
                     fault);
    links->count += e == ERR_OK ? 1 : 0;
    if (e != ERR_OK || schema->event_count == 0)
        return e;
    paths_event_socket(paths, schema->service, address);
    if (links->listener)
        return sockets_join(links->listener, address, fault);
    e = sockets_open(links->sockets, SOCKET_LISTEN, address, &links->listener, fault);
    return e == ERR_OK ? sockets_subscribe(links->listener, "") : e;
}

enum err service_links_new(const struct paths *paths, const struct service_links_events *events,
                           struct service_links **to, struct fault *fault)
{
    struct service_links *links = alloc_zeroed(1, sizeof(*links));
    enum err e = ERR_OK;

    *to = links;
    links->events = *events;
    links->sockets = sockets_new(fault);
    if (!links->sockets)
        return fault->code;
    for (const struct schema *const *at = schema_all; *at && e == ERR_OK; at++)
        if ((*at)->service[0] && (*at)->ask_count > 0 && strcmp((*at)->service, "service") != 0)
            e = open_link(links, paths, *at, fault);
    return e;
}

void service_links_free(struct service_links *links)
{
    if (!links)
        return;
    sockets_free(links->sockets);
    free(links);
}

static struct web_link *find_link(struct service_links *links, struct text service)
{
    for (uint32_t i = 0; i < links->count; i++)
        if (text_equal(links->each[i].service, service))
            return &links->each[i];
    return NULL;
}

enum err service_links_send(struct service_links *links, struct text service, uint64_t sender, struct bytes frame,
                            struct fault *fault)
{
    struct web_link *link = find_link(links, service);
    struct route route = { .frames = 1, .len = 1 + sizeof(sender), .at = { sizeof(sender) }, .peer = -1 };
    enum err e;

    if (!link)
        return fault_set(fault, ERR_NOT_FOUND, "no service %.*s", TEXT_ARG(service));
    memcpy(route.at + 1, &sender, sizeof(sender));
    e = sockets_send(link->socket, &route, frame);
    if (e == ERR_BUSY) { /* the service may have begun to run since the last beat */
        sockets_follow(link->socket);
        e = sockets_send(link->socket, &route, frame);
    }
    if (e == ERR_OK)
        return e;
    fault_set(fault, ERR_OFFLINE, "%.*s is not running", TEXT_ARG(service));
    return fault_hint(fault, "ask again: the supervisor starts it, unless it is switched off");
}

/* ---- what arrives ---- */

static void deliver_answer(struct service_links *links, const struct web_link *link, const struct received *received)
{
    uint64_t sender;

    if (received->route.frames != 1 || received->route.at[0] != sizeof(sender))
        return;
    memcpy(&sender, received->route.at + 1, sizeof(sender));
    links->events.answered(links->events.state, sender, link->service, received->body);
}

static void read_link(struct service_links *links, struct web_link *link)
{
    struct received received = { 0 };
    uint32_t connections = sockets_connections(link->socket);

    if (connections != link->connections)
        links->events.is_back(links->events.state, link->service);
    link->connections = connections;
    while (sockets_receive(link->socket, &received) == ERR_OK) {
        deliver_answer(links, link, &received);
        sockets_drop(&received);
    }
}

void service_links_follow(struct service_links *links)
{
    for (uint32_t i = 0; i < links->count; i++)
        sockets_follow(links->each[i].socket);
    if (links->listener)
        sockets_follow(links->listener);
}

static void read_events(struct service_links *links)
{
    struct received received = { 0 };

    while (links->listener && sockets_receive(links->listener, &received) == ERR_OK) {
        links->events.take_event(links->events.state, sockets_topic(&received), received.body);
        sockets_drop(&received);
    }
}

void service_links_read(struct service_links *links)
{
    for (uint32_t i = 0; i < links->count; i++)
        read_link(links, &links->each[i]);
    read_events(links);
}

static bool are_settled(const struct service_links *links)
{
    for (uint32_t i = 0; i < links->count; i++)
        if (!sockets_settled(links->each[i].socket))
            return false;
    return true;
}

void service_links_settle(struct service_links *links)
{
    while (!are_settled(links))
        service_links_read(links);
}

uint32_t service_links_wait_for(const struct service_links *links, int *fds, uint32_t room)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < links->count && count + 2 < room; i++) {
        fds[count++] = sockets_fd(links->each[i].socket);
        fds[count++] = sockets_watch_fd(links->each[i].socket);
    }
    if (links->listener && count < room)
        fds[count++] = sockets_fd(links->listener);
    return count;
}
