/* peers.h: who is let in at this process's sockets, and who has to go for him. ZeroMQ aborts the process when its
 * accept finds no descriptor left (ipc_listener.cpp of 4.3.4), and each of its connections makes all its timers slower.
 * Its call of accept4 comes to peers.c instead of to the C library: a connection that is one too many, or comes in a
 * flood, is closed at once; when all places are taken, the peer that has said nothing for longest is hung up on. A
 * client of ZeroMQ connects again by itself, and loses nothing.
 *
 * Its calls of recv come here too: a message that has no end would take all memory, so its peer is hung up on. */
#ifndef LOOPHOLE_PROTO_PEERS_H
#define LOOPHOLE_PROTO_PEERS_H

/* A whole message came from the peer behind this descriptor. Any thread. */
void peers_heard(int fd);

#endif
