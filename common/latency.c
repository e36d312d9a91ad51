#include "common/latency.h"

#include <time.h>

enum { PARTS = 1 << LATENCY_PARTS_LOG2, BUCKETS = LATENCY_DOUBLINGS << LATENCY_PARTS_LOG2 };

uint64_t latency_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Each value below PARTS has its own bucket; a larger one is found by its doubling and the six bits after the leading
 * one. */
static uint32_t bucket_of(uint64_t ns)
{
    uint32_t doubling, bucket;

    if (ns < PARTS)
        return (uint32_t)ns;
    doubling = 63u - (uint32_t)__builtin_clzll(ns) - LATENCY_PARTS_LOG2;
    bucket = ((doubling + 1) << LATENCY_PARTS_LOG2) + (uint32_t)((ns >> doubling) - PARTS);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double middle_of(uint32_t bucket)
{
    uint32_t doubling;

    if (bucket < PARTS)
        return bucket;
    doubling = (bucket >> LATENCY_PARTS_LOG2) - 1;
    return (double)((uint64_t)(PARTS + (bucket & (PARTS - 1))) << doubling) +
           (double)(((uint64_t)1 << doubling) - 1) / 2;
}

void latency_add(struct latency *latency, uint64_t ns)
{
    latency->count++;
    latency->buckets[bucket_of(ns)]++;
    if (ns > latency->max_ns)
        latency->max_ns = ns;
}

void latency_merge(struct latency *to, const struct latency *from)
{
    to->count += from->count;
    to->errors += from->errors;
    to->max_ns = from->max_ns > to->max_ns ? from->max_ns : to->max_ns;
    for (uint32_t i = 0; i < BUCKETS; i++)
        to->buckets[i] += from->buckets[i];
}

double latency_us(const struct latency *latency, double quantile)
{
    double rank = quantile * (double)latency->count, seen = 0, max = (double)latency->max_ns;

    if (latency->count == 0)
        return 0;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        seen += (double)latency->buckets[i];
        if (seen >= rank && seen > 0)
            return quantile >= 1 || middle_of(i) > max ? max / 1000 : middle_of(i) / 1000;
    }
    return max / 1000;
}
