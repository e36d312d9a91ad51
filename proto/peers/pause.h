/* pause.h: peers that are not read for a while. Any thread. */
#ifndef LOOPHOLE_PROTO_PEERS_PAUSE_H
#define LOOPHOLE_PROTO_PEERS_PAUSE_H

#include "proto/peers/table.h"

/* Stops reading from the peer until there is room for `wants` bytes. */
void peers_pause(struct peer *peer, size_t wants);
void peers_pause_relieve(void); /* resumes the peers for which there is room, the oldest first. Any thread */
bool peers_pause_any(void);
/* Disconnects the peer that `pick` returns, under the lock, so that no descriptor is closed meanwhile. False: none. */
bool peers_pause_hang_up(struct peer *(*pick)(usec_t now), usec_t now);

#endif
