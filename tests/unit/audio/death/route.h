/* route.h: the addresses of the instructions that a piece of code has executed, in order, and the cheapest way to reach
 * one of them when the code runs again: a breakpoint shortly before it, then single steps. Stepping the whole route for
 * each of its instructions takes a time that grows with the square of its length. */
#ifndef LOOPHOLE_TESTS_AUDIO_ROUTE_H
#define LOOPHOLE_TESTS_AUDIO_ROUTE_H

#include <stdint.h>

enum { ROUTE_MOST = 1 << 18, ROUTE_BREAK = 0xcc };

struct route {
    uint32_t count;
    uintptr_t at[ROUTE_MOST];    /* 0: no breakpoint can be here */
    uint32_t visits[ROUTE_MOST]; /* earlier instructions at the same address */
};

/* Stop at the address `at`, pass it `visits` times, and the next stop is instruction `number` of the route. */
struct way {
    uintptr_t at;
    uint32_t visits;
    uint64_t number;
};

static inline void route_add(struct route *route, uintptr_t at)
{
    uint32_t n = route->count, earlier = n;

    if (n == ROUTE_MOST)
        return;
    while (at && earlier > 0 && route->at[earlier - 1] != at)
        earlier--;
    route->at[n] = at;
    route->visits[n] = at && earlier > 0 ? route->visits[earlier - 1] + 1 : 0;
    route->count++;
}

/* The way to instruction `number`, or to the one before it from which the remaining steps cost least: a visit costs two
 * stops, a step one. An empty route gives the way {0}. */
static inline struct way route_way(const struct route *route, uint64_t number)
{
    uint64_t least = UINT64_MAX;
    struct way way = { 0 };

    for (uint64_t n = 0; n < route->count && n <= number; n++) {
        uint64_t cost = 2 * (uint64_t)route->visits[n] + number - n;
        if (!route->at[n] || cost > least)
            continue;
        least = cost;
        way = (struct way){ route->at[n], route->visits[n], n };
    }
    return way;
}

#endif
