/* drift.h: measures the rate of JACK's clock against the steady clock. RT.
 *
 * JACK reports the start time of each cycle, smoothed over some seconds. The rate is frames / time over the last 1 to
 * 20 minutes. It is the nominal rate in the first minute, and while both differ by less than 0.5 ms over the whole
 * time. Late wake-ups of the server can cause such a difference with an exact clock. A start time that differs by more
 * than 1 ms from the expected one restarts the measurement: the server restarted or paused. */
#ifndef LOOPHOLE_AUDIO_RT_DRIFT_H
#define LOOPHOLE_AUDIO_RT_DRIFT_H

#include <stdint.h>

struct drift_point {
    int64_t frame, at; /* frame of the server's clock; µs of the steady clock */
};

struct drift {
    struct drift_point from, later, last; /* the rate counts from `from`; `later` will replace it */
};

void drift_period(struct drift *drift, int64_t frame, int64_t at, uint32_t rate); /* records the start of a period */
double drift_rate(const struct drift *drift, uint32_t rate);                      /* Hz, as of the last period */

#endif
