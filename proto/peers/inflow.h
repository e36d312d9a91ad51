/* inflow.h: what peers may send now. A frame over LIMIT_SMALL is passed on only if there is room for it. Until then
 * nothing more is read from its peer, whose sending blocks. Frames in ZeroMQ and frames that the service has not
 * dropped yet both count. */
#ifndef LOOPHOLE_PROTO_PEERS_INFLOW_H
#define LOOPHOLE_PROTO_PEERS_INFLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/clock.h"

void peers_drop(size_t charged); /* the loop has dropped a message */
void peers_settle(void);         /* the loop found no message */

void peers_inflow_end_overdue(usec_t now); /* disconnects peers whose partial messages delay others */

#endif
