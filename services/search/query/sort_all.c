#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/query/sort.h"

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

uint32_t *sort_all(const struct sort_order *order, const struct index *index, const uint32_t *rows, uint32_t count)
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
