#include "services/search/query/kept_orders.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"

/* ---- sorting ---- */

/* A row with the beginning of its position as a number, so that most comparisons read nothing else. */
struct keyed_row {
    uint64_t key;
    uint32_t row;
};

struct sorting {
    const struct sort_order *order;
    const struct index *index;
};

/* Rises with the number (IEEE 754: the bits of positive numbers rise, those of negative ones fall). */
static uint64_t key_of_number(double number)
{
    uint64_t bits;

    number += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &number, sizeof(bits));
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t key_of_text(const struct position *at)
{
    uint64_t key = 0;

    for (uint32_t i = 0; i < sizeof(key); i++)
        key = key << 8 | (i < at->text_len ? (uint8_t)at->text[i] : 0);
    return key;
}

/* Halves the key, so that the highest values are left for items without a value. */
static uint64_t key_of(const struct sort_order *order, const struct position *at)
{
    uint64_t key = at->text_len ? key_of_text(at) : key_of_number(at->number);

    if (order->kind == SORT_ID)
        return 0;
    if (!at->has_value)
        return UINT64_MAX;
    return (order->is_descending ? ~key : key) >> 1;
}

static int by_key(const void *a, const void *b, void *state)
{
    const struct keyed_row *x = a, *y = b;
    const struct sorting *sorting = state;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    struct position left = sort_position(sorting->order, sorting->index, x->row);
    struct position right = sort_position(sorting->order, sorting->index, y->row);
    return sort_compare(sorting->order, &left, &right);
}

/* All of `rows` in order, as an array that the caller frees. NULL: limits_leave refuses. */
static uint32_t *sort_all(const struct sort_order *order, const struct index *index, const uint32_t *rows,
                          uint32_t count)
{
    struct sorting sorting = { order, index };
    struct keyed_row *keyed;
    uint32_t *to;

    if (!limits_leave(count * (sizeof(*keyed) + sizeof(*to))))
        return NULL;
    keyed = alloc_array(count, sizeof(*keyed));
    to = alloc_array(count, sizeof(*to));
    for (uint32_t i = 0; i < count; i++) {
        struct position at = sort_position(order, index, rows[i]);

        keyed[i] = (struct keyed_row){ key_of(order, &at), rows[i] };
    }
    qsort_r(keyed, count, sizeof(*keyed), by_key, &sorting);
    for (uint32_t i = 0; i < count; i++)
        to[i] = keyed[i].row;
    free(keyed);
    return to;
}

/* ---- keeping ---- */

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
