/* drift.h: how many frames JACK's clock counts a second of the steady clock. RT.
 *
 * JACK says at which time each of its cycles begins, smoothed over some seconds. The rate is taken over 1 to 20
 * minutes of them: frames / time. It is the nominal rate in the first minute, and as long as both differ by less than
 * 0.5 ms over the whole time, which is what late wake-ups of the server can make of an exact clock. A time that is
 * more than 1 ms from what the cycle before foretold begins all this again: a server restarted or stood still. */
#ifndef LOOPHOLE_AUDIO_RT_DRIFT_H
#define LOOPHOLE_AUDIO_RT_DRIFT_H

#include <stdint.h>

struct drift_point {
    int64_t frame, at; /* of the server's clock; µs of the steady clock */
};

struct drift {
    struct drift_point from, later, last; /* the rate counts from the first; the second one replaces it */
};

void drift_period(struct drift *drift, int64_t frame, int64_t at, uint32_t rate); /* the period that begins there */
double drift_rate(const struct drift *drift, uint32_t rate);                      /* Hz, as of the last one */

#endif
