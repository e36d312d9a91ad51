/* ring.h: cells of one size from one writer to one reader, in shared memory, without waiting. The writer writes cells
 * and then its index; the reader reads cells and then its own. Either side may die at any instruction: what was
 * published is whole, what was not never happened. Nothing in the memory is trusted: sizes are private copies, an
 * index that cannot be is taken for an empty (reader) or full (writer) ring. RT: every function but ring_make.
 *
 * A side has one process at a time, but for the audio core: an instance that was paused may be resumed after another
 * one has taken its side over. Its functions are ring_append and ring_release: they name absolute indices, change
 * nothing that was done already, and move an index forward only, by compare-and-swap. */
#ifndef LOOPHOLE_COMMON_RT_RING_H
#define LOOPHOLE_COMMON_RT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The layout in memory; the cells follow it. Each index has a cache line of its own. Indices count cells since
 * the ring was made and never wrap. */
struct ring_memory {
    uint32_t cell;     /* bytes in a cell */
    uint32_t capacity; /* cells; any number */
    uint8_t unused[56];
    _Alignas(64) _Atomic uint64_t written; /* the writer's */
    _Alignas(64) _Atomic uint64_t read;    /* the reader's */
};
_Static_assert(sizeof(struct ring_memory) == 192, "the cells begin on a cache line");

/* One side's private view. What it remembers is a saving and no state: a successor begins without. */
struct ring {
    struct ring_memory *memory;
    uint8_t *cells;
    uint32_t cell;
    uint32_t capacity;
    uint64_t opposite; /* the other side's index as it was: never past what it is */
    uint64_t lap;      /* a multiple of the capacity: the cell of that index is the first in the memory */
};

/* A stretch of cells: two pieces, for the ring's end may lie between. */
struct ring_span {
    uint8_t *at[2];
    uint32_t cells[2];
};

size_t ring_size(uint32_t cell, uint32_t capacity);             /* bytes of memory it needs */
void ring_make(void *memory, uint32_t cell, uint32_t capacity); /* empty; before either side opens it */
/* False: made otherwise, or its indices cannot be. */
bool ring_open(struct ring *ring, void *memory, uint32_t cell, uint32_t capacity);
bool ring_whole(const struct ring *ring); /* its indices can be; anybody, while both sides run */

/* The writer. */
uint32_t ring_space(const struct ring *ring); /* cells that may be written */
uint64_t ring_written(const struct ring *ring);
struct ring_span ring_room(const struct ring *ring, uint32_t most);       /* to be filled … */
void ring_publish(struct ring *ring, uint32_t cells);                     /* … and made visible; at most ring_space */
uint32_t ring_write(struct ring *ring, const void *from, uint32_t cells); /* as many as fit; how many */
/* Copies `cells` to the places of index `at` and publishes them, if the ring's writing is at that index and there is
 * room for all. False, and nothing is changed: another instance did it before, or they do not fit. */
bool ring_append(struct ring *ring, uint64_t at, const void *from, uint32_t cells);

/* The reader. */
uint32_t ring_ready(const struct ring *ring); /* cells that may be read */
uint64_t ring_taken(const struct ring *ring); /* its own index */
/* Cells from index `from`, which is not before ring_taken; may be empty. */
struct ring_span ring_look(const struct ring *ring, uint64_t from, uint32_t most);
/* All before index `to` may be written over; never goes back, never past what is ready. */
void ring_release(struct ring *ring, uint64_t to);
uint32_t ring_read(struct ring *ring, void *to, uint32_t cells); /* as many as are there; how many */

#endif
