/* latency.h: a histogram of durations in fixed memory. Buckets are log-linear: each doubling has 64 equal parts, so
 * that a value is off by less than 1 % (half a part). The range is 1 ns to 36 minutes; longer durations count as 36
 * minutes. A zeroed struct is empty. One thread at a time. */
#ifndef LOOPHOLE_COMMON_LATENCY_H
#define LOOPHOLE_COMMON_LATENCY_H

#include <stdint.h>

enum { LATENCY_PARTS_LOG2 = 6, LATENCY_DOUBLINGS = 36 };

struct latency {
    uint64_t count;
    uint64_t errors; /* counted by the caller */
    uint64_t max_ns;
    uint64_t buckets[LATENCY_DOUBLINGS << LATENCY_PARTS_LOG2];
};

uint64_t latency_clock(void);                                       /* nanoseconds on CLOCK_MONOTONIC */
void latency_add(struct latency *latency, uint64_t ns);             /* counts one duration */
void latency_merge(struct latency *to, const struct latency *from); /* adds all counts of `from` to `to` */

/* Returns the `quantile` (0 to 1) of all durations in microseconds; for 1 the longest; 0 if there are none. */
double latency_us(const struct latency *latency, double quantile);

#endif
