/* polling.h: when an engine talks to the server again. No engine holds a connection, and no server calls one: each asks
 * after a pause that it draws, so that engines spread out, also when all of them began together. Any thread. */
#ifndef LOOPHOLE_COMPOSER_POLLING_H
#define LOOPHOLE_COMPOSER_POLLING_H

#include "common/clock.h"

/* A pause between half and one and a half of `period`, with this one as its mean. `period` is at least 2 us. */
usec_t polling_pause(usec_t period);

/* The pause after a failure: it doubles with each further one, from 2 s to 5 minutes on average. `pause` is the mean of
 * the last one, and 0 before the first failure; set it to 0 after a success. */
usec_t polling_pause_of_failure(usec_t *pause);

#endif
