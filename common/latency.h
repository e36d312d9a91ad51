/* latency.h: a histogram of durations in fixed memory. Buckets are log-linear: each doubling is cut into 64 equal
 * parts, so that a value read back is off by less than 1 % (half a part). From 1 ns to 36 minutes; what is longer
 * counts as the longest. Zeroed is empty. One thread at a time. */
#ifndef LOOPHOLE_COMMON_LATENCY_H
#define LOOPHOLE_COMMON_LATENCY_H

#include <stdint.h>

enum { LATENCY_PARTS_LOG2 = 6, LATENCY_DOUBLINGS = 36 };

struct latency {
    uint64_t count;
    uint64_t errors; /* the caller counts them */
    uint64_t max_ns;
    uint64_t buckets[LATENCY_DOUBLINGS << LATENCY_PARTS_LOG2];
};

uint64_t latency_clock(void); /* nanoseconds on CLOCK_MONOTONIC */
void latency_add(struct latency *latency, uint64_t ns);
void latency_merge(struct latency *to, const struct latency *from);

/* The `quantile` (0 to 1) of all durations; the longest for 1; 0 when empty. */
double latency_us(const struct latency *latency, double quantile);

#endif
