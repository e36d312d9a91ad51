/* late_orders.h: orders that arrive while the audio core does not run, though it ran moments before. Busy programs may
 * keep it from the processor, or another core takes over. Such an order is sent when a core runs again, and then its
 * ask is answered. Control thread. */
#ifndef LOOPHOLE_AUDIO_LATE_ORDERS_H
#define LOOPHOLE_AUDIO_LATE_ORDERS_H

#include "common/rt/order.h"
#include "proto/service/service.h"

enum { LATE_ORDERS = 64, LATE_PARTS = 2 };

struct audio;

struct late_orders {
    struct late_order {
        struct order orders[LATE_PARTS]; /* of one ask */
        uint32_t parts;
        struct call *call; /* valid, like `answer` in its arena, while the ticket is open */
        struct ticket ticket;
        const void *answer;
        usec_t until; /* time limit on the steady clock */
    } each[LATE_ORDERS];
    uint32_t count;
};

/* Defers the ask for 5 s at most, or until half a second before its deadline. True: it will be answered. False: the
 * core has not run for 5 s, or there is no time or no room. */
bool late_order_put(struct audio *audio, struct call *call, const struct order *orders, uint32_t count,
                    const void *answer);

/* Sends all orders in the order of arrival once a core runs; refuses those whose time is over. */
void late_orders_tick(struct audio *audio);

#endif
