/* state/orders.h: the waiting orders. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_ORDERS_H
#define LOOPHOLE_AUDIO_RT_STATE_ORDERS_H

#include "common/rt/order.h"

enum { ORDERS_WAITING = 256 };

struct orders_waiting {
    struct order order;
    uint32_t producer, spare;
};

struct orders {
    uint64_t taken[ORDERS_RINGS]; /* index of the next order in each ring */
    uint32_t count, spare;
    struct orders_waiting waiting[ORDERS_WAITING]; /* sorted; the earliest is last */
};

#endif
