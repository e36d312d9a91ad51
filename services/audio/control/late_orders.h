/* late_orders.h: orders that arrive while the audio core does not run, though it ran moments before. Busy programs may
 * keep it from the processor, or another core takes over. Such an order is sent when a core runs again, and then its
 * ask is answered. Control thread. */
#ifndef LOOPHOLE_AUDIO_LATE_ORDERS_H
#define LOOPHOLE_AUDIO_LATE_ORDERS_H

#include "common/rt/order.h"
#include "proto/service/service.h"

enum { LATE_ORDERS = 64, LATE_PARTS = 2, LATE_US = 5000000 /* an order waits at most so long */ };

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

/* Defers the ask for 5 s at most, or until half a second before its deadline. True: it will be answered. False: there
 * is no time or no room. */
bool late_order_put(struct late_orders *late, struct call *call, const struct order *orders, uint32_t count,
                    const void *answer);

/* Sends the orders of one ask. An error is in the call's fault. */
typedef enum err late_send_fn(void *state, struct late_order *order);

/* Sends all orders in the order of arrival if a core runs (`sounds`), and answers their asks; refuses those whose time
 * is over. */
void late_orders_tick(struct late_orders *late, struct service *service, bool sounds, late_send_fn *send, void *state);

#endif
