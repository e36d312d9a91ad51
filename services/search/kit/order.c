#include "services/search/kit/order.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/search/near/vectors.h"

static const double spread = 0.3;     /* of the distance: near ones change places from seed to seed */
static const double no_vector = 1000; /* after all that have a distance */

double kit_order_hash(uint64_t seed, struct id id)
{
    struct {
        uint64_t seed;
        struct id id;
    } key = { seed, id };
    const struct hash hash = hash_of(&key, sizeof(key));
    uint64_t order;

    memcpy(&order, hash.b, sizeof(order));
    return (double)(order >> 11) / (double)(UINT64_MAX >> 11);
}

/* The liked rows that count for a slot: those that it may have; without such, all. The caller frees them. */
static struct bitmap *liked_of(const struct kit_ordering *by, const struct bitmap *rows)
{
    struct bitmap *liked = bitmap_copy(by->like);

    bitmap_and(liked, by->with_vector);
    if (bitmap_and_count(liked, rows))
        bitmap_and(liked, rows);
    return liked;
}

/* The mean of the liked ones. False: none of them has an embedding. */
static bool find_target(const struct kit_ordering *by, const struct bitmap *rows, float to[ENTRY_VECTOR])
{
    struct bitmap *liked = by->like && by->with_vector ? liked_of(by, rows) : NULL;
    uint32_t count = 0;
    uint32_t *each = liked ? bitmap_array(liked, &count) : NULL;

    memset(to, 0, ENTRY_VECTOR * sizeof(*to));
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < ENTRY_VECTOR; k++)
            to[k] += index_vector(by->index, each[i])[k] / (float)count;
    free(each);
    bitmap_free(liked);
    return count > 0;
}

static int by_order(const void *a, const void *b)
{
    const struct kit_candidate *x = a, *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

static struct kit_candidate candidate_of(const struct kit_ordering *by, const struct vectors *vectors, uint32_t row)
{
    struct kit_candidate to = { kit_order_hash(by->seed, index_id(by->index, row)), -1, row };

    if (vectors->target) {
        const bool is_known = bitmap_has(by->with_vector, row);
        to.distance = is_known ? vectors_distance(vectors, row) : -1;
        to.order = is_known ? to.distance * (1 + spread * to.order) : no_vector + to.order;
        if (is_known)
            to.order *= kit_source_factor(by->source, row);
    }
    if (by->signs)
        to.order *= kit_signs_factor(by->signs, row);
    return to;
}

/* Moves the first `most` in order to the front, in any order. */
static void select_first(struct kit_candidate *each, uint32_t count, uint32_t most)
{
    uint32_t from = 0, until = count;

    while (until - from > 1 && most < until) {
        const struct kit_candidate pivot = each[from + (until - 1 - from) / 2];
        uint32_t low = from, high = until - 1;
        for (;; low++, high--) {
            while (by_order(&each[low], &pivot) < 0)
                low++;
            while (by_order(&each[high], &pivot) > 0)
                high--;
            if (low >= high)
                break;
            const struct kit_candidate kept = each[low];
            each[low] = each[high];
            each[high] = kept;
        }
        if (most <= high)
            until = high + 1;
        else
            from = high + 1;
    }
}

struct kit_candidate *kit_order(const struct kit_ordering *by, const struct bitmap *rows, uint32_t most,
                                uint32_t *count)
{
    float target[ENTRY_VECTOR];
    const struct vectors vectors = { (const float *)(const void *)by->index->vectors.at, &by->index->ids,
                                     find_target(by, rows, target) ? target : NULL, by->weights };
    uint32_t total;
    uint32_t *each = bitmap_array(rows, &total);
    struct kit_candidate *to = alloc_array(total + 1, sizeof(*to));

    *count = 0;
    for (uint32_t i = 0; i < total; i++)
        if (!by->like || !bitmap_has(by->like, each[i]))
            to[(*count)++] = candidate_of(by, &vectors, each[i]);
    select_first(to, *count, most);
    *count = *count < most ? *count : most;
    qsort(to, *count, sizeof(*to), by_order);
    free(each);
    return to;
}
