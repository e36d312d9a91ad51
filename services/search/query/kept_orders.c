#include "services/search/query/kept_orders.h"

#include <stdlib.h>

static struct hash hash_of_order(const struct sort_order *order, struct text sort, const uint32_t *rows, uint32_t count)
{
    struct hash_stream *stream = hash_new();
    struct hash hash;

    hash_add(stream, rows, count * sizeof(*rows));
    if (order->kind == SORT_SCORE && order->scores)
        hash_add(stream, order->scores->at, count * sizeof(*order->scores->at));
    hash_add(stream, sort.at, sort.len);
    hash = hash_so_far(stream);
    hash_free(stream);
    return hash;
}

static struct kept_order *pick_oldest(struct kept_orders *kept)
{
    struct kept_order *oldest = &kept->each[0];

    for (uint32_t i = 1; i < KEPT_ORDERS; i++)
        if (kept->each[i].used < oldest->used)
            oldest = &kept->each[i];
    return oldest;
}

const uint32_t *kept_orders_find(struct kept_orders *kept, const struct sort_order *order, const struct index *index,
                                 struct text sort, const uint32_t *rows, uint32_t count)
{
    struct hash of = hash_of_order(order, sort, rows, count);
    struct kept_order *to;

    for (uint32_t i = 0; i < KEPT_ORDERS; i++) {
        to = &kept->each[i];
        if (!to->rows || to->count != count || to->writes != index->writes || memcmp(&to->of, &of, sizeof(of)) != 0)
            continue;
        to->used = ++kept->uses;
        return to->rows;
    }
    to = pick_oldest(kept);
    free(to->rows);
    *to = (struct kept_order){ sort_all(order, index, rows, count), count, of, index->writes, ++kept->uses };
    return to->rows;
}

void kept_orders_free(struct kept_orders *kept)
{
    for (uint32_t i = 0; i < KEPT_ORDERS; i++)
        free(kept->each[i].rows);
    *kept = (struct kept_orders){ 0 };
}
