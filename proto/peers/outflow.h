/* outflow.h: which answers may wait, and for which peer. Each counts until it is sent, for its peer and in total. A
 * peer's answers may use all free room. A peer that reads nothing is disconnected, and earlier if room is short. */
#ifndef LOOPHOLE_PROTO_PEERS_OUTFLOW_H
#define LOOPHOLE_PROTO_PEERS_OUTFLOW_H

#include <stddef.h>

enum peers_kind { PEERS_ANSWER, PEERS_EVENT, PEERS_ASK };

/* Memory of one outgoing message. */
struct outgoing;

/* Copies `len` outgoing bytes for the peer at `fd` (-1: unknown). NULL: they exceed the bound of all unsent bytes. */
struct outgoing *peers_outgoing(enum peers_kind kind, int fd, const void *at, size_t len);
void *peers_outgoing_bytes(struct outgoing *outgoing);
void peers_outgoing_gone(void *bytes, void *outgoing); /* frees it; a zmq_free_fn. Any thread */

/* Disconnects peers that exceed their time, and returns memory to the system. Call it at least every LIMIT_BEAT_MS. */
void peers_look_after(void);

#endif
