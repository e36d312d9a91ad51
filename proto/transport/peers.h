/* peers.h: which connections are accepted at this process's sockets, and how much memory all of them together may
 * take. ZeroMQ bounds messages by their number, takes memory for a whole message when its head arrives, and aborts the
 * process when an allocation fails or its accept finds no descriptor. So its calls of accept4, recv, send and epoll_ctl
 * come here instead of to the C library:
 *
 * - A connection that is one too many, is of another user, or comes in a flood is closed at once. When all places are
 *   taken, the peer that has said nothing for longest is hung up on.
 * - A frame over LIMIT_SMALL is passed on only when there is room for it. Until then nothing more is read from its
 *   peer, whose sending blocks. What ZeroMQ holds and what the service has not dropped yet both count.
 * - Each answer counts until it has left, for its peer and for all. A peer may have as much waiting as is still free. A
 *   peer that reads nothing is hung up on, sooner when room is short.
 *
 * What is left to chance is ZeroMQ's own allocations: they do not fail at data_mb, but only where the machine's memory
 * ends.
 *
 * A client of ZeroMQ connects again by itself, asks again, and loses nothing. */
#ifndef LOOPHOLE_PROTO_PEERS_H
#define LOOPHOLE_PROTO_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From now on the connections that are accepted in this process are peers of sockets.h; before, they are left alone. */
void peers_begin(void);

/* A whole message came from the peer of this descriptor. Any thread. */
void peers_heard(int fd);

/* Which of the four calls of ZeroMQ have come here: 1 accept4, 2 recv, 4 send, 8 epoll_ctl. For tests: where one does
 * not, no bound holds. */
unsigned peers_reached(void);

/* Around a call of ZeroMQ by the service: what it allocates meanwhile may be more than data_mb. */
void peers_enter(void);
void peers_leave(void);

/* ---- in ---- */

/* What is charged for the frames of a message, apart from the last one if that is small. */
size_t peers_charge(size_t frame_bytes, bool has_more);
void peers_take(size_t charged); /* the loop has the message now */
void peers_drop(size_t charged); /* the loop has dropped it */
void peers_settle(void);         /* the loop found no message */

/* ---- out ---- */

enum peers_kind { PEERS_ANSWER, PEERS_EVENT, PEERS_ASK };

/* Memory of one message on its way out. */
struct outgoing;

/* Copies `len` bytes that wait for the peer at `fd` (-1: not known). NULL: they are past the bound of
 * all that waits. */
struct outgoing *peers_outgoing(enum peers_kind kind, int fd, const void *at, size_t len);
void *peers_outgoing_bytes(struct outgoing *outgoing);
void peers_outgoing_gone(void *bytes, void *outgoing); /* as zmq_free_fn. Any thread */

/* To be called at least each LIMIT_BEAT_MS: ends what waits too long, and gives memory back to the system. */
void peers_look_after(void);

#endif
