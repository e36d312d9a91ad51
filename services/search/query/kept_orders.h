/* kept_orders.h: the last results in their order, so that any page of them is found at once. One thread. */
#ifndef LOOPHOLE_SEARCH_KEPT_ORDERS_H
#define LOOPHOLE_SEARCH_KEPT_ORDERS_H

#include "services/search/query/sort.h"

enum { KEPT_ORDERS = 4 };

struct kept_order {
    uint32_t *rows; /* NULL: none */
    uint32_t count;
    struct hash of; /* of the rows as a set, and of the order's name */
    uint64_t writes, used;
};

struct kept_orders {
    struct kept_order each[KEPT_ORDERS];
    uint64_t uses;
};

/* Returns all of `rows`, which rise, in the order that `sort` names and `order` is. Valid until the next call. NULL:
 * limits_leave refuses. Scores are hashed too. */
const uint32_t *kept_orders_find(struct kept_orders *kept, const struct sort_order *order, const struct index *index,
                                 struct text sort, const uint32_t *rows, uint32_t count);
void kept_orders_free(struct kept_orders *kept);

#endif
