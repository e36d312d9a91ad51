#include "services/search/near/near_recall.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"

enum { ROWS_A_STEP = 16384 };

/* A query, and the nearest of its rows that were measured so far. */
struct near_kept {
    float target[VECTORS_WIDTH], weights[VECTORS_WIDTH];
    uint32_t *rows;
    uint32_t row_count, measured;
    uint32_t count; /* of the result, at most NEAR_RECALL_MOST */
    struct id found[NEAR_RECALL_MOST];
    struct nearby nearest[2 * NEAR_RECALL_MOST]; /* then room for those of a step */
    uint32_t nearest_count;
};

double near_recall_share(const struct near_recall *recall)
{
    return (double)recall->found / (double)recall->wanted;
}

void near_recall_drop(struct near_recall *recall)
{
    if (recall->kept)
        free(recall->kept->rows);
    free(recall->kept);
    recall->kept = NULL;
}

void near_recall_note(struct near_recall *recall, const struct near *near, const struct vectors *vectors,
                      const struct bitmap *rows, const struct nearby *found, uint32_t count)
{
    struct near_kept *kept;

    if (recall->kept || clock_steady() < recall->next || !near_is_estimated(near, rows, count) ||
        !limits_leave(bitmap_count(rows) * sizeof(*kept->rows)))
        return;
    recall->kept = kept = alloc_zeroed(1, sizeof(*kept));
    kept->rows = bitmap_array(rows, &kept->row_count);
    memcpy(kept->target, vectors->target, sizeof(kept->target));
    memcpy(kept->weights, vectors->weights, sizeof(kept->weights));
    kept->count = count < NEAR_RECALL_MOST ? count : NEAR_RECALL_MOST;
    for (uint32_t i = 0; i < kept->count; i++)
        kept->found[i] = found[i].id;
}

static int by_distance(const void *a, const void *b)
{
    const struct nearby *x = a, *y = b;

    if (x->distance < y->distance || x->distance > y->distance)
        return x->distance < y->distance ? -1 : 1;
    return id_compare(x->id, y->id);
}

/* Both lists have the same order: by distance, then by id. */
static void end_check(struct near_recall *recall)
{
    const struct near_kept *kept = recall->kept;

    for (uint32_t i = 0; i < kept->nearest_count; i++) {
        bool is_found = false;
        for (uint32_t j = 0; j < kept->count && !is_found; j++)
            is_found = id_equal(kept->found[j], kept->nearest[i].id);
        recall->found += is_found;
    }
    recall->wanted += kept->nearest_count;
    recall->checks++;
    recall->next = clock_steady() + (usec_t)NEAR_RECALL_EVERY_S * 1000000;
    near_recall_drop(recall);
}

void near_recall_step(struct near_recall *recall, const float *at, const struct ids *ids)
{
    struct near_kept *kept = recall->kept;
    uint32_t left = kept->row_count - kept->measured, total;
    struct vectors vectors = { .at = at, .ids = ids, .target = kept->target, .weights = kept->weights };

    left = left < ROWS_A_STEP ? left : ROWS_A_STEP;
    total = kept->nearest_count + vectors_nearest(&vectors, kept->rows + kept->measured, left, kept->count,
                                                  kept->nearest + kept->nearest_count);
    qsort(kept->nearest, total, sizeof(*kept->nearest), by_distance);
    kept->nearest_count = total < kept->count ? total : kept->count;
    kept->measured += left;
    if (kept->measured == kept->row_count)
        end_check(recall);
}
