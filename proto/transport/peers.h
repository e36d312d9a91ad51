/* peers.h: which connections this process accepts, and how much memory all of them may use. ZeroMQ bounds messages by
 * number, takes memory for a whole message when its head arrives, and aborts the process if an allocation fails or its
 * accept finds no descriptor. So its calls of accept4, recv, send, epoll_ctl and epoll_wait come here instead of
 * going to the C library:
 *
 * - A connection that exceeds the limit, belongs to another user, or comes in a flood is closed at once. When all
 *   places are taken, the peer that was silent for longest is disconnected.
 * - A frame over LIMIT_SMALL is passed on only if there is room for it. Until then nothing more is read from its
 *   peer, whose sending blocks. Frames in ZeroMQ and frames that the service has not dropped yet both count.
 * - Each answer counts until it is sent, for its peer and in total. A peer's answers may use all free room. A peer that
 *   reads nothing is disconnected, and earlier if room is short.
 *
 * ZeroMQ's own allocations are not bounded: they do not fail at data_mb, but only when the machine's memory is
 * exhausted.
 *
 * A ZeroMQ client connects and asks again by itself, and loses nothing. */
#ifndef LOOPHOLE_PROTO_PEERS_H
#define LOOPHOLE_PROTO_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Connections accepted from now on are peers of sockets.h; earlier ones are left alone. */
void peers_begin(void);

/* Notes that a whole message came from the peer of this descriptor. Any thread. */
void peers_note_message(int fd);

/* Returns the process that opened the connection; 0: unknown, for example in another container. */
pid_t peers_process(int fd);

#endif
