/* sockets.h: the only door to ZeroMQ. Sockets that never block: a receive or send that cannot be done now is
 * ERR_BUSY, and the caller waits with poll() on sockets_fd. One thread for all sockets of one struct sockets. */
#ifndef LOOPHOLE_PROTO_SOCKETS_H
#define LOOPHOLE_PROTO_SOCKETS_H

#include "common/buffer.h"
#include "common/err.h"
#include "proto/transport/limits.h"

struct sockets; /* the sockets of one process or client, and ZeroMQ's own thread */
struct socket;

enum socket_kind { SOCKET_ASK, SOCKET_EVENTS, SOCKET_CLIENT, SOCKET_LISTEN }; /* ROUTER, PUB, DEALER, SUB */

/* NULL and a fault when descriptors are out. Free closes what is still open. */
struct sockets *sockets_new(struct fault *fault);
void sockets_free(struct sockets *sockets);

/* SOCKET_ASK and SOCKET_EVENTS are bound to `address` ("ipc://…"), replacing what a dead process left there;
 * SOCKET_CLIENT and SOCKET_LISTEN are connected, whether a service answers there yet or not. */
enum err sockets_open(struct sockets *sockets, enum socket_kind kind, const char *address, struct socket **socket,
                      struct fault *fault);
void sockets_close(struct socket *socket); /* NULL is allowed */

/* SOCKET_LISTEN: connects to one more address; hears topics that begin with `prefix`. */
enum err sockets_join(struct socket *socket, const char *address, struct fault *fault);
enum err sockets_subscribe(struct socket *socket, const char *prefix);

/* Readable when something may have changed. The signal comes once: wait on it only while sockets_settled, which
 * says that the last receive found nothing and nothing was done with the socket since. */
int sockets_fd(const struct socket *socket);
bool sockets_settled(const struct socket *socket);
void sockets_tend(struct socket *socket); /* SOCKET_EVENTS: lets new subscribers in; settles it */

/* SOCKET_CLIENT: how often it was connected up to now. A change means that the service has died and is back, and
 * that what was sent before may be lost. sockets_watch_fd signals a change. */
uint32_t sockets_connections(struct socket *socket);
int sockets_watch_fd(const struct socket *socket);

/* The frames before the last, as they came, to be returned as they are: one byte length, bytes, and so on. */
struct route {
    uint16_t frames;
    uint16_t len;
    uint8_t at[LIMIT_ROUTE_BYTES];
    int peer; /* descriptor of its connection; -1: not known */
};

/* One message. Lies where it is until letter_drop: it must not be copied. Zeroed is empty. */
struct letter {
    struct route route;
    struct bytes body; /* the last frame; lasts until letter_drop */
    bool full;
    size_t charged; /* SOCKET_ASK: bytes that count until letter_drop (proto/transport/peers.h) */
    _Alignas(8) uint8_t message[64];
};

/* Errors: busy (nothing there); too_large (more routing frames than LIMIT_ROUTE_*: the message is gone, the
 * letter holds its first frame, the sender's); io. The letter must be empty; it needs letter_drop after ok. */
enum err sockets_receive(struct socket *socket, struct letter *letter);
void letter_drop(struct letter *letter);
struct text letter_topic(const struct letter *letter); /* of an event: its first frame */

/* A route of NULL is one without frames. Errors: busy (the peer does not read, no peer is connected, or too much
 * waits to be sent), offline (the peer is gone), full. */
enum err sockets_send(struct socket *socket, const struct route *route, struct bytes body);
enum err sockets_publish(struct socket *socket, struct text topic, struct bytes body);

/* Once in each turn of a service's loop: hangs up on peers that take memory and do not go on, and gives memory back. */
void sockets_look_after(void);

#endif
