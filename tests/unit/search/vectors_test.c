/* The nearest are right: the same as when every distance is computed in double and sorted. */
#include "services/search/index/blocks.h"
#include "services/search/index/index_keep.h"
#include "services/search/near/vectors.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ITEMS = 1500, NEAREST = 40 };

struct measured {
    double distance;
    struct id id;
};

static int by_distance(const void *a, const void *b)
{
    const struct measured *x = a, *y = b;

    if (x->distance < y->distance || x->distance > y->distance)
        return x->distance < y->distance ? -1 : 1;
    return id_compare(x->id, y->id);
}

static double distance_of(const float *a, const float *b, const float *weights)
{
    double sum = 0;

    for (int i = 0; i < ENTRY_VECTOR; i++)
        sum += (double)weights[i] * ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum);
}

static void is_the_naive_order(const struct weights *given, uint64_t seed)
{
    struct index index;
    float weights[ENTRY_VECTOR];
    struct nearby nearby[NEAREST];
    struct measured *all = calloc(ITEMS, sizeof(*all));
    uint32_t count = 0, rows_count;

    assert_non_null(all);
    assert_int_equal(index_open(&index), ERR_OK);
    struct made_item *items = made_items(&index, ITEMS, seed);
    struct made_item target = made_item(&seed, 0);
    struct vectors vectors = { (const float *)(const void *)index.vectors.at, &index.ids, target.vector, weights };
    struct bitmap *with_vector = index_with_vector(&index);
    uint32_t *rows = bitmap_array(with_vector, &rows_count);

    blocks_weigh(given, weights);
    for (uint32_t i = 0; i < ITEMS; i++)
        if (items[i].is_there && items[i].has_vector)
            all[count++] = (struct measured){ distance_of(items[i].vector, target.vector, weights), items[i].id };
    qsort(all, count, sizeof(*all), by_distance);
    assert_int_equal(rows_count, count);
    assert_int_equal(vectors_nearest(&vectors, rows, rows_count, NEAREST, nearby), NEAREST);
    for (uint32_t i = 0; i < NEAREST; i++) {
        assert_true(fabs((double)nearby[i].distance - all[i].distance) < 1e-4);
        assert_true(id_equal(nearby[i].id, all[i].id) || fabs(all[i].distance - all[i ? i - 1 : 1].distance) < 1e-4 ||
                    fabs(all[i].distance - all[i + 1].distance) < 1e-4);
    }
    free(rows);
    bitmap_free(with_vector);
    free(items);
    free(all);
    index_close(&index);
}

CLAIM(the_nearest_are_those_of_a_naive_search)
{
    is_the_naive_order(&(struct weights){ 0 }, 21);
}

CLAIM(weights_change_what_is_near)
{
    struct weights weights = { .has_timbre = true, .timbre = 5, .has_pitch = true, .pitch = 0 };

    is_the_naive_order(&weights, 22);
}

CLAIM(equal_distances_are_ordered_by_id)
{
    struct index index;
    uint64_t seed = 23;
    float weights[ENTRY_VECTOR];
    uint32_t rows[50];
    struct nearby nearby[10];
    struct made_item one = made_item(&seed, 100);

    one.has_vector = true;
    assert_int_equal(index_open(&index), ERR_OK);
    for (uint32_t i = 0; i < 50; i++) {
        one.id.b[0] = (uint8_t)(200 - i);
        made_put(&index, &one);
        rows[i] = i;
    }
    blocks_weigh(&(struct weights){ 0 }, weights);
    struct vectors vectors = { (const float *)(const void *)index.vectors.at, &index.ids, one.vector, weights };
    assert_int_equal(vectors_nearest(&vectors, rows, 50, 10, nearby), 10);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(nearby[i].id.b[0], 151 + i);
    assert_int_equal(vectors_nearest(&vectors, rows, 50, 0, nearby), 0);
    index_close(&index);
}
