/* accept.h: which connections this process accepts. ZeroMQ's calls of accept4 come here instead of going to the C
 * library; DESIGN.md says why, and which other calls this folder replaces.
 *
 * A connection that exceeds the limit, belongs to another user, or comes in a flood is closed at once. When all
 * places are taken, the peer that was silent for longest is disconnected. A ZeroMQ client connects and asks again by
 * itself, and loses nothing. */
#ifndef LOOPHOLE_PROTO_PEERS_ACCEPT_H
#define LOOPHOLE_PROTO_PEERS_ACCEPT_H

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
