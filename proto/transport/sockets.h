/* sockets.h: the only door to ZeroMQ. An operation that is not possible now returns ERR_BUSY, and the caller waits with
 * poll() on sockets_fd; only sockets_receive_soon blocks. One thread for all sockets of one struct sockets. */
#ifndef LOOPHOLE_PROTO_SOCKETS_H
#define LOOPHOLE_PROTO_SOCKETS_H

#include "common/buffer.h"
#include "common/err.h"
#include "proto/limits.h"

struct sockets; /* the sockets of one process or client, and ZeroMQ's own thread */
struct socket;

enum socket_kind { SOCKET_ASK, SOCKET_EVENTS, SOCKET_CLIENT, SOCKET_LISTEN }; /* ROUTER, PUB, DEALER, SUB */

/* Returns NULL and a fault if no descriptors are left. sockets_free closes all open sockets. */
struct sockets *sockets_new(struct fault *fault);
void sockets_free(struct sockets *sockets);

/* Opens a socket. SOCKET_ASK and SOCKET_EVENTS are bound to `address` ("ipc://…"), replacing the file of a dead
 * process. SOCKET_CLIENT and SOCKET_LISTEN are connected; if no service is there yet, sockets_follow does it later.
 * sockets_close closes it. */
enum err sockets_open(struct sockets *sockets, enum socket_kind kind, const char *address, struct socket **socket,
                      struct fault *fault);
void sockets_close(struct socket *socket); /* NULL is allowed */

/* SOCKET_LISTEN: connects to one more address; subscribes to topics that begin with `prefix`. */
enum err sockets_join(struct socket *socket, const char *address, struct fault *fault);
enum err sockets_subscribe(struct socket *socket, const char *prefix);

/* Readable after a change. The signal comes once, so wait on it only while sockets_settled is true: the last receive
 * found nothing, and the socket was not used since. */
int sockets_fd(const struct socket *socket);
bool sockets_settled(const struct socket *socket);
void sockets_tend(struct socket *socket); /* SOCKET_EVENTS: accepts new subscribers, and settles it */

/* SOCKET_CLIENT: the number of connections so far. A change means that the service died and is back, so earlier
 * messages may be lost. sockets_watch_fd signals a change. */
uint32_t sockets_connections(struct socket *socket);
int sockets_watch_fd(const struct socket *socket);

/* Connects to each address that was without a service so far and has one by now. SOCKET_CLIENT: also connects again if
 * another process has the address by now. A killed process that waits in the kernel for a file system keeps its
 * connections open, so ZeroMQ sees no end of them. */
void sockets_follow(struct socket *socket);

/* The routing frames before the last frame, to be returned unchanged: for each its length in one byte, and its
 * bytes. */
struct route {
    uint16_t frames;
    uint16_t len;
    uint8_t at[LIMIT_ROUTE_BYTES];
    int peer; /* descriptor of its connection; -1: unknown */
};

/* One message. It must not be moved or copied before sockets_drop. A zeroed struct is empty. */
struct received {
    struct route route;
    struct bytes body; /* the last frame; valid until sockets_drop */
    bool full;
    size_t charged; /* SOCKET_ASK: bytes charged until sockets_drop (proto/peers/room.h) */
    _Alignas(8) uint8_t message[64];
};

/* Receives into an empty struct; after ok the caller must call sockets_drop. Errors: busy (no message); too_large
 * (more routing frames than LIMIT_ROUTE_*: the message is dropped, and the struct has its first frame, the sender's);
 * io. */
enum err sockets_receive(struct socket *socket, struct received *received);
/* SOCKET_CLIENT: the same, but waits up to LIMIT_SOON_MS for a message. */
enum err sockets_receive_soon(struct socket *socket, struct received *received);
void sockets_drop(struct received *received);
struct text sockets_topic(const struct received *received); /* of an event: its first frame */

/* A route of NULL has no frames. Errors: busy (the peer does not read, no peer is connected, or too many bytes are
 * unsent), offline (the peer is gone), full. */
enum err sockets_send(struct socket *socket, const struct route *route, struct bytes body);
enum err sockets_publish(struct socket *socket, struct text topic, struct bytes body);

/* Called once in each turn of a service's loop: disconnects peers that occupy memory without progress, and frees
 * memory. */
void sockets_look_after(void);

#endif
