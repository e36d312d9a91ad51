#include "common/rt/ring.h"

#include <string.h>

/* Memory orders. Cells are plain memory, ordered by the two indices.
 *   written: stored with release after the cells, loaded with acquire before the cells are read: a reader that
 *            sees the index sees the cells.
 *   read:    stored with release after the cells were read, loaded with acquire before they are overwritten: a cell
 *            is used again only after its reader has finished with it.
 * A side loads its own index relaxed, because no other process stores it; in ring_append and ring_release the exchange
 * detects another store. ring_write and ring_read load the other side's index only if the remembered one does not
 * suffice. The remembered index was loaded with acquire too, and never allows more than the current one. */

enum { TRIES = 2 };

static uint64_t smaller_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

size_t ring_size(uint32_t cell, uint32_t capacity)
{
    return sizeof(struct ring_memory) + (size_t)cell * capacity;
}

void ring_make(void *memory, uint32_t cell, uint32_t capacity)
{
    struct ring_memory *made = memory;

    made->cell = cell;
    made->capacity = capacity;
    atomic_store_explicit(&made->written, 0, memory_order_relaxed);
    atomic_store_explicit(&made->read, 0, memory_order_release);
}

/* Both sides may be running. Between two loads of `read`, `written` is at least the first value, and at most the
 * capacity above the second, unless the second has overtaken it. */
static bool is_possible(const struct ring *ring)
{
    uint64_t before = atomic_load_explicit(&ring->memory->read, memory_order_acquire);
    uint64_t written = atomic_load_explicit(&ring->memory->written, memory_order_acquire);
    uint64_t after = atomic_load_explicit(&ring->memory->read, memory_order_acquire);

    return before <= written && (after >= written || written - after <= ring->capacity);
}

/* The remembered index begins impossible, so the first use loads the real one. */
bool ring_open(struct ring *ring, void *memory, uint32_t cell, uint32_t capacity)
{
    const struct ring_memory *found = memory;

    *ring = (struct ring){
        .memory = memory,
        .cells = (uint8_t *)memory + sizeof(struct ring_memory),
        .cell = cell,
        .capacity = capacity,
        .opposite = atomic_load_explicit(&found->written, memory_order_relaxed) - capacity - 1,
    };
    return cell > 0 && capacity > 0 && found->cell == cell && found->capacity == capacity && is_possible(ring);
}

/* The cell of an index, with only one division for each lap. */
static uint32_t cell_of(struct ring *ring, uint64_t index)
{
    if (index - ring->lap >= ring->capacity)
        ring->lap = index - index % ring->capacity;
    return (uint32_t)(index - ring->lap);
}

static void copy_in(struct ring *ring, uint64_t index, const uint8_t *from, uint32_t count)
{
    uint32_t at = cell_of(ring, index);
    uint32_t first = (uint32_t)smaller_of(count, ring->capacity - at);
    size_t bytes = (size_t)first * ring->cell;

    memcpy(ring->cells + (size_t)at * ring->cell, from, bytes);
    if (first < count)
        memcpy(ring->cells, from + bytes, (size_t)(count - first) * ring->cell);
}

static void copy_out(struct ring *ring, uint64_t index, uint8_t *to, uint32_t count)
{
    uint32_t at = cell_of(ring, index);
    uint32_t first = (uint32_t)smaller_of(count, ring->capacity - at);
    size_t bytes = (size_t)first * ring->cell;

    memcpy(to, ring->cells + (size_t)at * ring->cell, bytes);
    if (first < count)
        memcpy(to + bytes, ring->cells, (size_t)(count - first) * ring->cell);
}

/* ---- the writer ---- */

uint64_t ring_written(const struct ring *ring)
{
    return atomic_load_explicit(&ring->memory->written, memory_order_relaxed);
}

uint32_t ring_space(const struct ring *ring)
{
    uint64_t used = ring_written(ring) - atomic_load_explicit(&ring->memory->read, memory_order_acquire);

    return used <= ring->capacity ? ring->capacity - (uint32_t)used : 0;
}

uint32_t ring_write(struct ring *ring, const void *from, uint32_t cells)
{
    uint64_t written = ring_written(ring);
    uint64_t used = written - ring->opposite;
    uint32_t count;

    if (used > ring->capacity || ring->capacity - used < cells) {
        ring->opposite = atomic_load_explicit(&ring->memory->read, memory_order_acquire);
        used = written - ring->opposite;
        if (used > ring->capacity)
            return 0;
    }
    count = (uint32_t)smaller_of(cells, ring->capacity - used);
    copy_in(ring, written, from, count);
    atomic_store_explicit(&ring->memory->written, written + count, memory_order_release);
    return count;
}

/* The exchange decides: it fails if another instance has published the same cells. */
bool ring_append(struct ring *ring, uint64_t at, const void *from, uint32_t cells)
{
    uint64_t seen = at;

    if (ring_written(ring) != at || cells > ring_space(ring))
        return false;
    copy_in(ring, at, from, cells);
    return atomic_compare_exchange_strong_explicit(&ring->memory->written, &seen, at + cells, memory_order_release,
                                                   memory_order_relaxed);
}

/* ---- the reader ---- */

uint64_t ring_taken(const struct ring *ring)
{
    return atomic_load_explicit(&ring->memory->read, memory_order_relaxed);
}

uint32_t ring_ready(const struct ring *ring)
{
    uint64_t used = atomic_load_explicit(&ring->memory->written, memory_order_acquire) - ring_taken(ring);

    return used <= ring->capacity ? (uint32_t)used : 0;
}

/* `count` cells from index `from`, split where the ring ends. */
static struct ring_span span_of(const struct ring *ring, uint64_t from, uint64_t count)
{
    uint32_t at = (uint32_t)(from % ring->capacity);
    uint32_t first = (uint32_t)smaller_of(count, ring->capacity - at);

    return (struct ring_span){
        .at = { ring->cells + (size_t)at * ring->cell, ring->cells },
        .cells = { first, (uint32_t)count - first },
    };
}

struct ring_span ring_look(const struct ring *ring, uint64_t from, uint32_t most)
{
    uint64_t past = from - ring_taken(ring);
    uint32_t ready = ring_ready(ring);

    return span_of(ring, from, past < ready ? smaller_of(most, ready - past) : 0);
}

/* Another instance can be ahead, by one release at most, so the second try finds its index. */
void ring_release(struct ring *ring, uint64_t to)
{
    uint64_t seen = ring_taken(ring);

    for (int i = 0; i < TRIES && to - seen <= ring_ready(ring); i++)
        if (atomic_compare_exchange_strong_explicit(&ring->memory->read, &seen, to, memory_order_release,
                                                    memory_order_relaxed))
            return;
}

uint32_t ring_read(struct ring *ring, void *to, uint32_t cells)
{
    uint64_t taken = ring_taken(ring);
    uint64_t ready = ring->opposite - taken;
    uint32_t count;

    if (ready > ring->capacity || ready < cells) {
        ring->opposite = atomic_load_explicit(&ring->memory->written, memory_order_acquire);
        ready = ring->opposite - taken;
        if (ready > ring->capacity)
            return 0;
    }
    count = (uint32_t)smaller_of(cells, ready);
    copy_out(ring, taken, to, count);
    atomic_store_explicit(&ring->memory->read, taken + count, memory_order_release);
    return count;
}
