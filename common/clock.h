/* clock.h: the wall clock and the steady clock. Any thread. */
#ifndef LOOPHOLE_COMMON_CLOCK_H
#define LOOPHOLE_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

typedef int64_t usec_t; /* microseconds: since 1970 UTC (clock_now), or since boot (clock_steady) */

usec_t clock_now(void);                      /* UTC; it jumps when a person sets it */
usec_t clock_steady(void);                   /* CLOCK_MONOTONIC: for deadlines and measurements */
usec_t clock_usec(struct timespec time);     /* of a kernel time, such as st_mtim; nanoseconds are cut off */
struct timespec clock_timespec(usec_t time); /* the inverse */
void clock_sleep(usec_t duration);           /* at least this long; a signal does not end it */

#endif
