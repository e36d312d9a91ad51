/* polling.h: when an engine talks to the server again. No engine holds a connection, and no server calls one: each asks
 * after a pause that it draws, so that engines spread out, also when all of them began together. Any thread. */
#ifndef LOOPHOLE_COMPOSER_POLLING_H
#define LOOPHOLE_COMPOSER_POLLING_H

#include "common/clock.h"

/* A pause between half and one and a half of `period`, with this one as its mean. `period` is at least 2 us. */
usec_t polling_pause(usec_t period);

#endif
