/* ring.h: a queue of equal cells from one writer to one reader, in shared memory, without waiting. The writer writes
 * cells and then its index; the reader reads cells and then advances its own. Either side may die at any instruction:
 * published cells are complete, and unpublished ones do not exist. Nothing in the memory is trusted: sizes are private
 * copies, and a ring with an impossible index counts as empty (for the reader) or full (for the writer). RT: every
 * function but ring_make.
 *
 * One process at a time is on each side, except in the audio core: a paused instance may be resumed after another took
 * over its side. It therefore uses ring_append and ring_release. These name absolute indices, do not repeat finished
 * work, and move an index only forward, by compare-and-swap. */
#ifndef LOOPHOLE_COMMON_RT_RING_H
#define LOOPHOLE_COMMON_RT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The layout in memory; the cells follow it. Each index has its own cache line. Indices count cells since the ring was
 * made, and never wrap. */
struct ring_memory {
    uint32_t cell;     /* bytes of one cell */
    uint32_t capacity; /* in cells; any number */
    uint8_t unused[56];
    _Alignas(64) _Atomic uint64_t written; /* index of the writer */
    _Alignas(64) _Atomic uint64_t read;    /* index of the reader */
};
_Static_assert(sizeof(struct ring_memory) == 192, "the cells begin on a cache line");

/* One side's private view. Its indices are caches, so a successor starts without them. */
struct ring {
    struct ring_memory *memory;
    uint8_t *cells;
    uint32_t cell;
    uint32_t capacity;
    uint64_t opposite; /* a remembered index of the other side, never beyond the real one */
    uint64_t lap;      /* a multiple of the capacity: the index of the first cell in memory */
};

/* Consecutive cells, in two pieces where the ring's end lies between them. */
struct ring_span {
    uint8_t *at[2];
    uint32_t cells[2];
};

size_t ring_size(uint32_t cell, uint32_t capacity);             /* bytes of memory for the ring */
void ring_make(void *memory, uint32_t cell, uint32_t capacity); /* makes an empty ring, before either side opens it */
/* False: the ring has other sizes, or its indices are impossible. Any process, while both sides run. */
bool ring_open(struct ring *ring, void *memory, uint32_t cell, uint32_t capacity);

/* The writer. */
uint32_t ring_space(const struct ring *ring);   /* number of free cells */
uint64_t ring_written(const struct ring *ring); /* the writer's index */
/* Writes as many as fit; returns their number. */
uint32_t ring_write(struct ring *ring, const void *from, uint32_t cells);
/* Copies `cells` to index `at` and publishes them if the writer's index is `at` and all fit. False, with nothing
 * changed: another instance wrote them before, or they do not fit. */
bool ring_append(struct ring *ring, uint64_t at, const void *from, uint32_t cells);

/* The reader. */
uint32_t ring_ready(const struct ring *ring); /* number of readable cells */
uint64_t ring_taken(const struct ring *ring); /* the reader's index */
/* Readable cells from index `from`, which is not before ring_taken; possibly none. */
struct ring_span ring_look(const struct ring *ring, uint64_t from, uint32_t most);
/* Frees all cells before index `to` for the writer. Never goes back, and never beyond the readable cells. */
void ring_release(struct ring *ring, uint64_t to);
uint32_t ring_read(struct ring *ring, void *to, uint32_t cells); /* reads as many as there are; returns their number */

#endif
