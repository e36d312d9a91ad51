#include "frontends/web/lines.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/schema.h"

struct line_of {
    struct text service;
    struct socket *socket;
    uint32_t connections;
};

struct lines {
    struct lines_events events;
    struct sockets *sockets;
    struct socket *listener;
    struct line_of each[LINES_MOST];
    uint32_t count;
};

static enum err open_line(struct lines *lines, const struct paths *paths, const struct schema *schema,
                          struct fault *fault)
{
    char address[PATH_MAX];
    struct line_of *line = &lines->each[lines->count];
    enum err e = ERR_OK;

    if (lines->count == LINES_MOST)
        return fault_set(fault, ERR_FULL, "the gateway has room for %d services", LINES_MOST);
    line->service = text_of(schema->service);
    e = sockets_open(lines->sockets, SOCKET_CLIENT, paths_ask_socket(paths, schema->service, address), &line->socket,
                     fault);
    lines->count += e == ERR_OK ? 1 : 0;
    if (e != ERR_OK || schema->event_count == 0)
        return e;
    paths_event_socket(paths, schema->service, address);
    if (lines->listener)
        return sockets_join(lines->listener, address, fault);
    e = sockets_open(lines->sockets, SOCKET_LISTEN, address, &lines->listener, fault);
    return e == ERR_OK ? sockets_subscribe(lines->listener, "") : e;
}

enum err lines_new(const struct paths *paths, const struct lines_events *events, struct lines **to, struct fault *fault)
{
    struct lines *lines = alloc_zeroed(1, sizeof(*lines));
    enum err e = ERR_OK;

    *to = lines;
    lines->events = *events;
    lines->sockets = sockets_new(fault);
    if (!lines->sockets)
        return fault->code;
    for (const struct schema *const *at = schema_all; *at && e == ERR_OK; at++)
        if ((*at)->service[0] && (*at)->ask_count > 0 && strcmp((*at)->service, "service") != 0)
            e = open_line(lines, paths, *at, fault);
    return e;
}

void lines_free(struct lines *lines)
{
    if (!lines)
        return;
    sockets_free(lines->sockets);
    free(lines);
}

static struct line_of *find_line(struct lines *lines, struct text service)
{
    for (uint32_t i = 0; i < lines->count; i++)
        if (text_equal(lines->each[i].service, service))
            return &lines->each[i];
    return NULL;
}

enum err lines_send(struct lines *lines, struct text service, uint64_t sender, struct bytes frame, struct fault *fault)
{
    struct line_of *line = find_line(lines, service);
    struct route route = { .frames = 1, .len = 1 + sizeof(sender), .at = { sizeof(sender) }, .peer = -1 };
    enum err e;

    if (!line)
        return fault_set(fault, ERR_NOT_FOUND, "there is no service %.*s", TEXT_ARG(service));
    memcpy(route.at + 1, &sender, sizeof(sender));
    e = sockets_send(line->socket, &route, frame);
    if (e == ERR_OK)
        return e;
    fault_set(fault, ERR_OFFLINE, "%.*s is not running", TEXT_ARG(service));
    return fault_hint(fault, "ask again: the supervisor starts it, unless it is switched off");
}

/* ---- what arrives ---- */

static void deliver_answer(struct lines *lines, const struct line_of *line, const struct received *received)
{
    uint64_t sender;

    if (received->route.frames != 1 || received->route.at[0] != sizeof(sender))
        return;
    memcpy(&sender, received->route.at + 1, sizeof(sender));
    lines->events.answered(lines->events.state, sender, line->service, received->body);
}

static void read_socket_line(struct lines *lines, struct line_of *line)
{
    struct received received = { 0 };
    uint32_t connections = sockets_connections(line->socket);

    if (connections != line->connections)
        lines->events.is_back(lines->events.state, line->service);
    line->connections = connections;
    while (sockets_receive(line->socket, &received) == ERR_OK) {
        deliver_answer(lines, line, &received);
        sockets_drop(&received);
    }
}

static void read_events(struct lines *lines)
{
    struct received received = { 0 };

    while (lines->listener && sockets_receive(lines->listener, &received) == ERR_OK) {
        lines->events.take_event(lines->events.state, sockets_topic(&received), received.body);
        sockets_drop(&received);
    }
}

void lines_read(struct lines *lines)
{
    for (uint32_t i = 0; i < lines->count; i++)
        read_socket_line(lines, &lines->each[i]);
    read_events(lines);
}

uint32_t lines_wait_for(const struct lines *lines, int *fds, uint32_t room)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < lines->count && count + 2 < room; i++) {
        fds[count++] = sockets_fd(lines->each[i].socket);
        fds[count++] = sockets_watch_fd(lines->each[i].socket);
    }
    if (lines->listener && count < room)
        fds[count++] = sockets_fd(lines->listener);
    return count;
}
