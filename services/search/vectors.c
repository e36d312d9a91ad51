#include "services/search/vectors.h"

#include <math.h>
#include <stdlib.h>
#include "common/sanitizer.h"

enum { BLOCK = 256 }; /* rows that are measured before any is compared */

/* One version for each width of the machine's registers, chosen when the program is loaded; not under sanitizers,
 * whose own start comes after that choice. Sums may be taken in any order. */
#if defined(__x86_64__) && !defined(__clang__) && !SANITIZED
#define FOR_EACH_MACHINE                                                                                     \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"),                             \
                   optimize("O3", "associative-math", "no-signed-zeros", "no-trapping-math")))
#else
#define FOR_EACH_MACHINE
#endif

/* Squares of the distances. */
static FOR_EACH_MACHINE void measure(const float *at, const float *target, const float *weights,
                                     const uint32_t *rows, uint32_t count, float *to)
{
    for (uint32_t i = 0; i < count; i++) {
        const float *row = at + (size_t)rows[i] * VECTORS_WIDTH;
        float sum = 0;

        for (uint32_t j = 0; j < VECTORS_WIDTH; j++) {
            float difference = row[j] - target[j];
            sum += weights[j] * difference * difference;
        }
        to[i] = sum;
    }
}

float vectors_distance(const struct vectors *vectors, uint32_t row)
{
    float square;

    measure(vectors->at, vectors->target, vectors->weights, &row, 1, &square);
    return sqrtf(square);
}

static int by_distance(const void *a, const void *b)
{
    const struct nearby *x = a, *y = b;

    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return id_compare(x->id, y->id);
}

/* A heap whose root is the farthest of those kept. */
static void sink(struct nearby *heap, uint32_t count, uint32_t at)
{
    struct nearby moved = heap[at];

    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && by_distance(&heap[child], &heap[child + 1]) < 0)
            child++;
        if (by_distance(&moved, &heap[child]) >= 0)
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void rise(struct nearby *heap, uint32_t at)
{
    struct nearby moved = heap[at];

    for (uint32_t parent; at > 0 && by_distance(&heap[parent = (at - 1) / 2], &moved) < 0; at = parent)
        heap[at] = heap[parent];
    heap[at] = moved;
}

static void offer(struct nearby *heap, uint32_t *kept, uint32_t limit, const struct nearby *one)
{
    if (*kept < limit) {
        heap[*kept] = *one;
        rise(heap, (*kept)++);
    } else if (by_distance(one, &heap[0]) < 0) {
        heap[0] = *one;
        sink(heap, limit, 0);
    }
}

uint32_t vectors_nearest(const struct vectors *vectors, const uint32_t *rows, uint32_t count, uint32_t limit,
                         struct nearby *to)
{
    float squares[BLOCK];
    uint32_t kept = 0;

    for (uint32_t first = 0; first < count && limit; first += BLOCK) {
        uint32_t block = count - first < BLOCK ? count - first : BLOCK;

        measure(vectors->at, vectors->target, vectors->weights, rows + first, block, squares);
        for (uint32_t i = 0; i < block; i++) {
            struct nearby one = { rows[first + i], squares[i], ids_at(vectors->ids, rows[first + i]) };
            if (kept < limit || one.distance <= to[0].distance)
                offer(to, &kept, limit, &one);
        }
    }
    qsort(to, kept, sizeof(*to), by_distance);
    for (uint32_t i = 0; i < kept; i++)
        to[i].distance = sqrtf(to[i].distance);
    return kept;
}
