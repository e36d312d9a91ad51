#include "services/search/near/vectors.h"

#include <math.h>

#include "services/search/near/near_machine.h"

enum { BLOCK = 256 }; /* rows measured before any comparison */

float vectors_distance(const struct vectors *vectors, uint32_t row)
{
    float square;

    near_machine()->measure(vectors->at, &row, 1, vectors->target, vectors->weights, &square);
    return sqrtf(square);
}

static int by_distance(const struct nearby *x, const struct nearby *y)
{
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return id_compare(x->id, y->id);
}

/* Restores a heap whose root is the farthest one. */
static void sift_down(struct nearby *heap, uint32_t count, uint32_t at)
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

static void sift_up(struct nearby *heap, uint32_t at)
{
    struct nearby moved = heap[at];

    for (uint32_t parent; at > 0 && by_distance(&heap[parent = (at - 1) / 2], &moved) < 0; at = parent)
        heap[at] = heap[parent];
    heap[at] = moved;
}

static void offer_nearby(struct nearby *heap, uint32_t *kept, uint32_t limit, const struct nearby *one)
{
    if (*kept < limit) {
        heap[*kept] = *one;
        sift_up(heap, (*kept)++);
    } else if (by_distance(one, &heap[0]) < 0) {
        heap[0] = *one;
        sift_down(heap, limit, 0);
    }
}

/* Moves the farthest to the end, repeatedly. */
static void sort_heap(struct nearby *heap, uint32_t count)
{
    for (uint32_t last = count; last > 1; last--) {
        struct nearby farthest = heap[0];

        heap[0] = heap[last - 1];
        sift_down(heap, last - 1, 0);
        heap[last - 1] = farthest;
    }
}

uint32_t vectors_nearest(const struct vectors *vectors, const uint32_t *rows, uint32_t count, uint32_t limit,
                         struct nearby *to)
{
    const struct near_machine *machine = near_machine();
    float squares[BLOCK];
    uint32_t kept = 0;

    for (uint32_t first = 0; first < count && limit; first += BLOCK) {
        uint32_t block = count - first < BLOCK ? count - first : BLOCK;

        const float *at = rows ? vectors->at : vectors->at + (size_t)first * VECTORS_WIDTH;
        machine->measure(at, rows ? rows + first : NULL, block, vectors->target, vectors->weights, squares);
        for (uint32_t i = 0; i < block; i++) {
            if (kept == limit && squares[i] > to[0].distance)
                continue;
            uint32_t row = rows ? rows[first + i] : first + i;
            struct nearby one = { row, squares[i], ids_at(vectors->ids, row) };
            offer_nearby(to, &kept, limit, &one);
        }
    }
    sort_heap(to, kept);
    for (uint32_t i = 0; i < kept; i++)
        to[i].distance = sqrtf(to[i].distance);
    return kept;
}
