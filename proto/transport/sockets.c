#include "proto/transport/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "common/alloc.h"
#include "proto/peers/accept.h"
#include "proto/peers/inflow.h"
#include "proto/peers/outflow.h"
#include "proto/peers/reserve.h"
#include "proto/peers/room.h"
#include "proto/transport/socket_file.h"

_Static_assert(sizeof(zmq_msg_t) <= sizeof(((struct received *)0)->message), "a received holds a zmq_msg_t");

struct sockets {
    void *context;
    struct socket *open; /* a list */
    uint32_t monitors;   /* the number of the next one */
};

struct socket {
    struct sockets *sockets;
    struct socket *next;
    enum socket_kind kind;
    void *zmq;
    void *monitor; /* SOCKET_CLIENT: reports new connections */
    uint32_t connections;
    struct socket_file *files; /* SOCKET_CLIENT, SOCKET_LISTEN: one for each address */
    uint32_t file_count, file_room;
    int fd;
    int watch_fd;
    bool settled;
};

static const struct {
    int zmq;
    bool binds;
} KINDS[] = {
    [SOCKET_ASK] = { ZMQ_ROUTER, true },
    [SOCKET_EVENTS] = { ZMQ_PUB, true },
    [SOCKET_CLIENT] = { ZMQ_DEALER, false },
    [SOCKET_LISTEN] = { ZMQ_SUB, false },
};

enum { ALL = 15, ASK = 1 << SOCKET_ASK, EVENTS = 1 << SOCKET_EVENTS, CLIENT = 1 << SOCKET_CLIENT };
enum { LISTEN = 1 << SOCKET_LISTEN };

static const struct {
    int kinds;
    int option;
    int value;
} OPTIONS[] = {
    { ASK | EVENTS, ZMQ_LINGER, LIMIT_LINGER_MS },
    { CLIENT | LISTEN, ZMQ_LINGER, 0 },
    { ASK | EVENTS, ZMQ_HANDSHAKE_IVL, LIMIT_HANDSHAKE_MS },
    { CLIENT | LISTEN, ZMQ_HANDSHAKE_IVL, LIMIT_WELCOME_MS },
    { ALL, ZMQ_HEARTBEAT_IVL, LIMIT_HEARTBEAT_MS },
    { ALL, ZMQ_HEARTBEAT_TIMEOUT, LIMIT_SILENCE_MS },
    { LISTEN, ZMQ_HEARTBEAT_IVL, LIMIT_LISTEN_HEARTBEAT_MS },
    { LISTEN, ZMQ_HEARTBEAT_TIMEOUT, LIMIT_LISTEN_SILENCE_MS },
    { ALL, ZMQ_RECONNECT_IVL, LIMIT_RECONNECT_MS },
    { ALL, ZMQ_RECONNECT_IVL_MAX, LIMIT_RECONNECT_MAX_MS },
    { ALL, ZMQ_BACKLOG, LIMIT_BACKLOG },
    { ASK, ZMQ_ROUTER_MANDATORY, 1 },
    { ASK, ZMQ_ROUTER_HANDOVER, 1 },
    { ASK, ZMQ_RCVHWM, LIMIT_PEER_INBOUND },
    { ASK, ZMQ_SNDHWM, LIMIT_PEER_OUTBOUND },
    { EVENTS, ZMQ_SNDHWM, LIMIT_EVENTS_WAITING },
    { CLIENT, ZMQ_IMMEDIATE, 1 }, /* nothing is queued for an absent service: the requester gets an error */
    { CLIENT, ZMQ_SNDHWM, 0 },    /* bounded by LIMIT_CLIENT_ASKS */
    { CLIENT, ZMQ_RCVHWM, 0 },
    { CLIENT, ZMQ_RCVTIMEO, LIMIT_SOON_MS },
    { LISTEN, ZMQ_RCVHWM, LIMIT_EVENTS_WAITING },
};

struct sockets *sockets_new(struct fault *fault)
{
    struct sockets *sockets = alloc_zeroed(1, sizeof(*sockets));

    sockets->context = zmq_ctx_new();
    if (!sockets->context) {
        fault_errno(fault, ERR_IO, errno, "cannot make a context for sockets");
        free(sockets);
        return NULL;
    }
    zmq_ctx_set(sockets->context, ZMQ_MAX_SOCKETS, LIMIT_SOCKETS);
    return sockets;
}

void sockets_free(struct sockets *sockets)
{
    if (!sockets)
        return;
    while (sockets->open)
        sockets_close(sockets->open);
    while (zmq_ctx_term(sockets->context) < 0 && errno == EINTR)
        ;
    free(sockets);
}

/* ---- opening ---- */

static void set_options(struct socket *socket)
{
    const int64_t message_max = LIMIT_FRAME_BYTES;

    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++)
        if (OPTIONS[i].kinds >> socket->kind & 1)
            zmq_setsockopt(socket->zmq, OPTIONS[i].option, &OPTIONS[i].value, sizeof(int));
    zmq_setsockopt(socket->zmq, ZMQ_MAXMSGSIZE, &message_max, sizeof(message_max));
}

static int fd_of(void *zmq)
{
    int fd = -1;
    size_t len = sizeof(fd);

    return zmq_getsockopt(zmq, ZMQ_FD, &fd, &len) < 0 ? -1 : fd;
}

static bool watch_connections(struct socket *socket)
{
    char name[64];

    snprintf(name, sizeof(name), "inproc://connections-%u", socket->sockets->monitors++);
    if (zmq_socket_monitor(socket->zmq, name, ZMQ_EVENT_HANDSHAKE_SUCCEEDED) < 0)
        return false;
    socket->monitor = zmq_socket(socket->sockets->context, ZMQ_PAIR);
    if (!socket->monitor || zmq_connect(socket->monitor, name) < 0)
        return false;
    socket->watch_fd = fd_of(socket->monitor);
    return true;
}

/* ZeroMQ would try an address without a file again and again, so it gets the address when the file is there. */
static bool connect_socket(struct socket *socket, const char *address)
{
    ALLOC_ROOM(socket->files, socket->file_count, socket->file_room, 1);
    socket_file_note(&socket->files[socket->file_count], address);
    return socket->files[socket->file_count++].inode == 0 || zmq_connect(socket->zmq, address) == 0;
}

static bool attach_socket(struct socket *socket, const char *address)
{
    if (KINDS[socket->kind].binds)
        peers_begin();
    if (KINDS[socket->kind].binds)
        return zmq_bind(socket->zmq, address) == 0;
    if (socket->kind == SOCKET_CLIENT && !watch_connections(socket))
        return false;
    return connect_socket(socket, address);
}

enum err sockets_open(struct sockets *sockets, enum socket_kind kind, const char *address, struct socket **to,
                      struct fault *fault)
{
    struct socket *socket = alloc_zeroed(1, sizeof(*socket));

    *to = NULL;
    *socket = (struct socket){ .sockets = sockets, .kind = kind, .next = sockets->open, .watch_fd = -1 };
    sockets->open = socket;
    socket->zmq = zmq_socket(sockets->context, KINDS[kind].zmq);
    if (!socket->zmq)
        goto undo;
    set_options(socket);
    if (!attach_socket(socket, address))
        goto undo;
    socket->fd = fd_of(socket->zmq);
    *to = socket;
    return ERR_OK;
undo:
    fault_errno(fault, ERR_IO, errno, "cannot open the socket %s", address);
    sockets_close(socket);
    return ERR_IO;
}

void sockets_close(struct socket *socket)
{
    struct socket **at;

    if (!socket)
        return;
    for (at = &socket->sockets->open; *at != socket;)
        at = &(*at)->next;
    *at = socket->next;
    if (socket->monitor) {
        zmq_socket_monitor(socket->zmq, NULL, 0);
        zmq_close(socket->monitor);
    }
    if (socket->zmq)
        zmq_close(socket->zmq);
    free(socket->files);
    free(socket);
}

enum err sockets_join(struct socket *socket, const char *address, struct fault *fault)
{
    socket->settled = false;
    return connect_socket(socket, address) ? ERR_OK
                                           : fault_errno(fault, ERR_IO, errno, "cannot connect to %s", address);
}

enum err sockets_subscribe(struct socket *socket, const char *prefix)
{
    socket->settled = false;
    return zmq_setsockopt(socket->zmq, ZMQ_SUBSCRIBE, prefix, strlen(prefix)) < 0 ? ERR_IO : ERR_OK;
}

/* ---- waiting ---- */

int sockets_fd(const struct socket *socket)
{
    return socket->fd;
}

bool sockets_settled(const struct socket *socket)
{
    return socket->settled;
}

void sockets_tend(struct socket *socket)
{
    int events;
    size_t len = sizeof(events);

    peers_enter();
    zmq_getsockopt(socket->zmq, ZMQ_EVENTS, &events, &len); /* also processes commands from ZeroMQ's thread */
    peers_leave();
    socket->settled = true;
}

uint32_t sockets_connections(struct socket *socket)
{
    zmq_msg_t part;

    zmq_msg_init(&part);
    while (zmq_msg_recv(&part, socket->monitor, ZMQ_DONTWAIT) >= 0)
        socket->connections += zmq_msg_more(&part) ? 1 : 0; /* an event is two frames: what, and where */
    zmq_msg_close(&part);
    return socket->connections;
}

int sockets_watch_fd(const struct socket *socket)
{
    return socket->watch_fd;
}

void sockets_follow(struct socket *socket)
{
    for (uint32_t i = 0; i < socket->file_count; i++) {
        struct socket_file *file = &socket->files[i];
        bool is_connected = file->inode != 0;

        if ((is_connected && socket->kind == SOCKET_LISTEN) || !socket_file_is_other(file) ||
            (is_connected && zmq_disconnect(socket->zmq, file->address) < 0))
            continue;
        (void)zmq_connect(socket->zmq, file->address);
        socket->settled = false;
    }
}

/* ---- receiving ---- */

static zmq_msg_t *message_of(struct received *received)
{
    return (zmq_msg_t *)(void *)received->message;
}

static bool route_add(struct route *route, zmq_msg_t *frame)
{
    size_t len = zmq_msg_size(frame);

    if (len > UINT8_MAX || route->frames == LIMIT_ROUTE_FRAMES || route->len + 1 + len > sizeof(route->at))
        return false;
    route->at[route->len] = (uint8_t)len;
    memcpy(route->at + route->len + 1, zmq_msg_data(frame), len);
    route->len = (uint16_t)(route->len + 1 + len);
    route->frames++;
    return true;
}

/* ROUTER adds the first frame, which names the peer, itself. */
static size_t charge_of(const struct socket *socket, const zmq_msg_t *frame, bool is_first)
{
    return socket->kind == SOCKET_ASK && !is_first ? peers_charge(zmq_msg_size(frame), zmq_msg_more(frame)) : 0;
}

static void route_cut_to_first(struct route *route)
{
    if (route->frames > 1) {
        route->frames = 1;
        route->len = (uint16_t)(1 + route->at[0]);
    }
}

static int receive_part(struct socket *socket, zmq_msg_t *message, int flags)
{
    int rc;

    peers_enter();
    rc = zmq_msg_recv(message, socket->zmq, flags);
    peers_leave();
    return rc;
}

static enum err nothing_received(struct socket *socket)
{
    socket->settled = errno == EAGAIN;
    if (socket->settled && socket->kind == SOCKET_ASK)
        peers_settle();
    return socket->settled ? ERR_BUSY : ERR_IO;
}

static void note_peer(struct received *received)
{
    received->route.peer = zmq_msg_get(message_of(received), ZMQ_SRCFD);
    peers_note_message(received->route.peer);
    peers_take(received->charged);
}

static enum err receive_message(struct socket *socket, struct received *received, int flags)
{
    zmq_msg_t *message = message_of(received);
    bool fits = true, is_first = true;

    received->route.frames = received->route.len = 0;
    received->route.peer = -1;
    received->charged = 0;
    zmq_msg_init(message);
    for (;;) {
        if (receive_part(socket, message, flags) < 0) {
            if (errno == EINTR)
                continue;
            return nothing_received(socket);
        }
        received->charged += charge_of(socket, message, is_first);
        is_first = false;
        if (!zmq_msg_more(message))
            break;
        fits = fits && route_add(&received->route, message);
    }
    if (socket->kind == SOCKET_ASK)
        note_peer(received);
    socket->settled = false;
    received->full = true;
    received->body = bytes_of(zmq_msg_data(message), zmq_msg_size(message));
    if (fits)
        return ERR_OK;
    sockets_drop(received);
    route_cut_to_first(&received->route);
    return ERR_TOO_LARGE;
}

enum err sockets_receive(struct socket *socket, struct received *received)
{
    return receive_message(socket, received, ZMQ_DONTWAIT);
}

enum err sockets_receive_soon(struct socket *socket, struct received *received)
{
    return receive_message(socket, received, 0);
}

void sockets_drop(struct received *received)
{
    if (received->full)
        zmq_msg_close(message_of(received));
    if (received->charged > 0)
        peers_drop(received->charged);
    received->charged = 0;
    received->full = false;
    received->body = (struct bytes){ 0 };
}

struct text sockets_topic(const struct received *received)
{
    if (received->route.frames == 0)
        return (struct text){ 0 };
    return (struct text){ received->route.at[0], (const char *)received->route.at + 1 };
}

/* ---- sending ---- */

static enum err check_sent(struct socket *socket, int rc)
{
    socket->settled = false;
    if (rc >= 0)
        return ERR_OK;
    return errno == EAGAIN ? ERR_BUSY : errno == EHOSTUNREACH ? ERR_OFFLINE : ERR_IO;
}

static enum err send_bytes(struct socket *socket, const void *at, size_t len, int flags)
{
    int rc;

    peers_enter();
    do
        rc = zmq_send(socket->zmq, at, len, flags | ZMQ_DONTWAIT);
    while (rc < 0 && errno == EINTR);
    peers_leave();
    return check_sent(socket, rc);
}

static const enum peers_kind COUNTED[] = {
    [SOCKET_ASK] = PEERS_ANSWER,
    [SOCKET_EVENTS] = PEERS_EVENT,
    [SOCKET_CLIENT] = PEERS_ASK,
    [SOCKET_LISTEN] = PEERS_ASK,
};

/* ZeroMQ would queue any amount for a peer that reads nothing, so each byte is counted until it is sent. */
static enum err pack_message(const struct socket *socket, int peer, struct bytes body, zmq_msg_t *message)
{
    struct outgoing *outgoing;

    peers_enter(); /* the counted bytes may exceed data_mb */
    outgoing = peers_outgoing(COUNTED[socket->kind], peer, body.at, body.len);
    if (outgoing &&
        zmq_msg_init_data(message, peers_outgoing_bytes(outgoing), body.len, peers_outgoing_gone, outgoing) < 0)
        alloc_fail(0);
    peers_leave();
    return outgoing ? ERR_OK : ERR_BUSY;
}

/* The last frame, unless those before it failed with `e`. */
static enum err send_message(struct socket *socket, enum err e, zmq_msg_t *message)
{
    int rc = -1;

    peers_enter();
    while (e == ERR_OK && (rc = zmq_msg_send(message, socket->zmq, ZMQ_DONTWAIT)) < 0 && errno == EINTR)
        ; /* otherwise the next message would continue after this one's route */
    peers_leave();
    e = e == ERR_OK ? check_sent(socket, rc) : e;
    if (e != ERR_OK)
        zmq_msg_close(message);
    return e;
}

static enum err send_route(struct socket *socket, const struct route *route)
{
    const uint8_t *at = route->at;
    enum err e = ERR_OK;

    for (uint16_t i = 0; i < route->frames && e == ERR_OK; i++, at += 1 + at[0])
        e = send_bytes(socket, at + 1, at[0], ZMQ_SNDMORE);
    return e;
}

enum err sockets_send(struct socket *socket, const struct route *route, struct bytes body)
{
    zmq_msg_t message;
    enum err e = pack_message(socket, route ? route->peer : -1, body, &message);

    if (e != ERR_OK)
        return e;
    if (route)
        e = send_route(socket, route);
    return send_message(socket, e, &message);
}

enum err sockets_publish(struct socket *socket, struct text topic, struct bytes body)
{
    zmq_msg_t message;
    enum err e = pack_message(socket, -1, body, &message);

    if (e != ERR_OK)
        return e;
    e = send_bytes(socket, topic.at, topic.len, ZMQ_SNDMORE);
    return send_message(socket, e, &message);
}

void sockets_look_after(void)
{
    peers_look_after();
}
