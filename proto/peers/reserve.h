/* reserve.h: memory for ZeroMQ after the process has used up its own. Its allocations do not fail at data_mb, but
 * only at the hard limit. */
#ifndef LOOPHOLE_PROTO_PEERS_RESERVE_H
#define LOOPHOLE_PROTO_PEERS_RESERVE_H

/* Called around the service's calls of ZeroMQ, whose allocations may exceed data_mb meanwhile. */
void peers_enter(void);
void peers_leave(void);

#endif
