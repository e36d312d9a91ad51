#include <stdlib.h>
#include <string.h>

#include "proto/transport/sockets.h"
#include "tests/sim/deed.h"

enum { ASK_FD = 10000, EVENT_FD = 10001, TO_SERVER = CLIENTS };
enum { DROPPED = 30, DOUBLED = 50, SLOW = 40 }; /* of a thousand messages */
static const usec_t quick = 2000, slow = 4000000, reconnecting = 100000;

#define NEVER INT64_MAX

struct packet {
    struct packet *next;
    usec_t due;
    uint32_t to;   /* a client, or TO_SERVER */
    uint32_t from; /* the client; its life in `life` */
    uint32_t life;
    uint32_t len;
    uint8_t at[];
};

struct queue {
    struct packet *first, **last;
};

struct sockets {
    int unused;
};

struct socket {
    enum socket_kind kind;
    uint32_t client, life;
    uint32_t connections;
    bool is_connected;
    usec_t connects; /* NEVER: there is nothing to connect to */
    struct queue inbox;
};

static struct {
    struct packet *flying; /* ordered by `due` */
    struct socket *clients[CLIENTS];
    struct socket *server;
    uint32_t lives;   /* of clients' sockets */
    uint32_t opening; /* the client of the next connection */
    bool server_lives;
} network;

/* ---- queues ---- */

static void queue_add(struct queue *queue, struct packet *packet)
{
    packet->next = NULL;
    *(queue->first ? queue->last : &queue->first) = packet;
    queue->last = &packet->next;
}

static struct packet *queue_take(struct queue *queue)
{
    struct packet *packet = queue->first;

    if (packet)
        queue->first = packet->next;
    return packet;
}

static void queue_drop(struct queue *queue)
{
    struct packet *packet;

    while ((packet = queue_take(queue)))
        free(packet);
}

/* ---- flight ---- */

static void launch_packet(uint32_t to, uint32_t from, uint32_t life, struct bytes body)
{
    struct packet *packet = malloc(sizeof(*packet) + body.len), **at = &network.flying;

    if (!packet)
        sim_fail("no memory");
    *packet = (struct packet){ .to = to, .from = from, .life = life, .len = body.len };
    memcpy(packet->at, body.at, body.len);
    packet->due = sim.now + (usec_t)sim_random((uint64_t)(sim_chance(SLOW) ? slow : quick));
    while (*at && (*at)->due <= packet->due)
        at = &(*at)->next;
    packet->next = *at;
    *at = packet;
}

static void send_off(uint32_t to, uint32_t from, uint32_t life, struct bytes body)
{
    if (sim_chance(DROPPED)) {
        sim.counts.lost++;
        sim_step("lost", to);
        return;
    }
    launch_packet(to, from, life, body);
    if (!sim_chance(DOUBLED))
        return;
    sim.counts.doubled++;
    sim_step("doubled", to);
    launch_packet(to, from, life, body);
}

static struct socket *receiver_of(const struct packet *packet)
{
    struct socket *socket = packet->to == TO_SERVER ? network.server : network.clients[packet->to];

    if (packet->to == TO_SERVER)
        return network.server_lives ? socket : NULL;
    return socket && socket->life == packet->life ? socket : NULL;
}

static bool connect_one(uint32_t *client)
{
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct socket *socket = network.clients[i];
        if (!socket || socket->connects > sim.now)
            continue;
        socket->connects = NEVER;
        socket->is_connected = true;
        socket->connections++;
        *client = i;
        sim_step("connected", i);
        return true;
    }
    return false;
}

bool network_arrive(uint32_t *client)
{
    struct packet *packet = network.flying;
    struct socket *socket;

    if (connect_one(client))
        return true;
    if (!packet || packet->due > sim.now)
        return false;
    network.flying = packet->next;
    socket = receiver_of(packet);
    sim_step(socket ? "delivered" : "nobody", packet->to);
    *client = packet->to;
    if (!socket) {
        free(packet);
        return false;
    }
    sim.counts.delivered++;
    queue_add(&socket->inbox, packet);
    return *client != TO_SERVER;
}

usec_t network_due(void)
{
    usec_t due = network.flying ? network.flying->due : NEVER;

    for (uint32_t i = 0; i < CLIENTS; i++)
        if (network.clients[i] && network.clients[i]->connects < due)
            due = network.clients[i]->connects;
    return due;
}

void network_for(uint32_t client)
{
    network.opening = client;
}

bool network_server_has_mail(void)
{
    return network.server && network.server->inbox.first;
}

void network_server(bool lives)
{
    network.server_lives = lives;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        if (!network.clients[i])
            continue;
        network.clients[i]->is_connected = false;
        network.clients[i]->connects = lives ? sim.now + 1 + (usec_t)sim_random((uint64_t)reconnecting) : NEVER;
    }
}

void network_begin(void)
{
    memset(&network, 0, sizeof(network));
}

void network_end(void)
{
    struct queue rest = { network.flying, NULL };

    queue_drop(&rest);
    network.flying = NULL;
}

/* ---- proto/transport/sockets.h ---- */

struct sockets *sockets_new(struct fault *fault)
{
    (void)fault;
    return calloc(1, sizeof(struct sockets));
}

void sockets_free(struct sockets *sockets)
{
    free(sockets);
}

enum err sockets_open(struct sockets *sockets, enum socket_kind kind, const char *address, struct socket **to,
                      struct fault *fault)
{
    struct socket *socket = calloc(1, sizeof(*socket));

    (void)sockets, (void)address;
    if (!socket)
        return fault_set(fault, ERR_FULL, "no memory for a socket");
    socket->kind = kind;
    socket->connects = NEVER;
    *to = socket;
    if (kind == SOCKET_ASK)
        network.server = socket;
    if (kind != SOCKET_CLIENT)
        return ERR_OK;
    socket->client = network.opening;
    socket->life = ++network.lives;
    socket->connects = network.server_lives ? sim.now + 1 : NEVER;
    network.clients[socket->client] = socket;
    return ERR_OK;
}

void sockets_close(struct socket *socket)
{
    if (!socket)
        return;
    if (socket == network.server)
        network.server = NULL;
    if (socket->kind == SOCKET_CLIENT)
        network.clients[socket->client] = NULL;
    queue_drop(&socket->inbox);
    free(socket);
}

enum err sockets_join(struct socket *socket, const char *address, struct fault *fault)
{
    (void)socket, (void)address;
    return fault_set(fault, ERR_OFFLINE, "nobody listens in this world");
}

enum err sockets_subscribe(struct socket *socket, const char *prefix)
{
    (void)socket, (void)prefix;
    return ERR_OFFLINE;
}

int sockets_fd(const struct socket *socket)
{
    return socket->kind == SOCKET_ASK ? ASK_FD : EVENT_FD;
}

bool sockets_settled(const struct socket *socket)
{
    return socket->inbox.first == NULL;
}

void sockets_tend(struct socket *socket)
{
    (void)socket;
}

uint32_t sockets_connections(struct socket *socket)
{
    return socket->connections;
}

void sockets_follow(struct socket *socket)
{
    (void)socket; /* each death ends all connections of this world */
}

int sockets_watch_fd(const struct socket *socket)
{
    return sockets_fd(socket);
}

enum err sockets_receive(struct socket *socket, struct received *received)
{
    struct packet *packet = queue_take(&socket->inbox);

    if (!packet)
        return ERR_BUSY;
    memcpy(received->message, &packet, sizeof(packet));
    received->full = true;
    received->body = bytes_of(packet->at, packet->len);
    received->route = (struct route){ .frames = 1, .len = 6, .at = { 5, (uint8_t)packet->from } };
    memcpy(received->route.at + 2, &packet->life, sizeof(packet->life));
    return ERR_OK;
}

enum err sockets_receive_soon(struct socket *socket, struct received *received)
{
    return sockets_receive(socket, received);
}

void sockets_drop(struct received *received)
{
    struct packet *packet;

    if (received->full) {
        memcpy(&packet, received->message, sizeof(packet));
        free(packet);
    }
    received->full = false;
    received->body = (struct bytes){ 0 };
}

struct text sockets_topic(const struct received *received)
{
    (void)received;
    return (struct text){ 0 };
}

static enum err answer_route(const struct route *route, struct bytes body)
{
    uint32_t life;

    if (server_has_died())
        return ERR_OFFLINE;
    death_may_come("before an ack");
    memcpy(&life, route->at + 2, sizeof(life));
    sim.counts.acks++;
    sim_step("answer", route->at[1]);
    deed_is_answered(body);
    send_off(route->at[1], route->at[1], life, body);
    death_may_come("after an ack");
    return ERR_OK;
}

enum err sockets_send(struct socket *socket, const struct route *route, struct bytes body)
{
    if (socket->kind == SOCKET_ASK)
        return answer_route(route, body);
    if (!socket->is_connected)
        return ERR_BUSY;
    sim_step("ask", socket->client);
    sim_digest(body.at, body.len);
    send_off(TO_SERVER, socket->client, socket->life, body);
    return ERR_OK;
}

enum err sockets_publish(struct socket *socket, struct text topic, struct bytes body)
{
    (void)socket, (void)topic, (void)body;
    if (!server_has_died())
        death_may_come("at a publication");
    return ERR_OK;
}

void sockets_look_after(void)
{
}
