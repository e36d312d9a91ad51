/* late_orders.h: orders of asks that came while the sound core did not run, though it had run moments before. Busy
 * programs may keep a core from the processor, or another core takes over: such an order is sent when a core runs
 * again, and its ask is answered then. The control thread. */
#ifndef LOOPHOLE_AUDIO_LATE_ORDERS_H
#define LOOPHOLE_AUDIO_LATE_ORDERS_H

#include "common/rt/order.h"
#include "proto/service/service.h"

enum { LATE_ORDERS = 64 };

struct audio;

struct late_orders {
    struct late_order {
        struct order order;
        struct call *call; /* alive, as its arena with `answer`, while the ticket is open */
        struct ticket ticket;
        const void *answer;
        usec_t until; /* on the steady clock */
    } each[LATE_ORDERS];
    uint32_t count;
};

/* Puts the ask off for 5 s at most, or until half a second before its deadline. True: it will be answered. False: the
 * core has not run for 5 s, there is no time left, or no room. */
bool late_order_put(struct audio *audio, struct call *call, const struct order *order, const void *answer);

/* Sends all in the order in which they came, once a core runs; refuses those whose time is over. */
void late_orders_tick(struct audio *audio);

#endif
