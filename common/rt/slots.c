#include "common/rt/slots.h"

#include <string.h>

/* A slot in memory is `before`, the words of the value, `after`. Both numbers equal the value's sequence number when
 * the slot is complete. Value n is in slot n % SLOTS.
 *
 * Memory orders. A slow reader may copy a slot that is being overwritten, so the words are relaxed atomics: there is no
 * data race, and the reader discards the copy.
 *   The writer stores `before`, a release fence, the words, and `after` and `newest` with release.
 *   The reader loads `newest` and `after` with acquire, so it sees all words of that value, or newer ones. It loads
 *   the words, an acquire fence, `before`. If one word was newer, the fences make `before` the newer number. */
enum { TRIES = 3 };

typedef _Atomic uint64_t word;

static word *slot_of(const struct slots *slots, uint64_t sequence)
{
    return (word *)(void *)(slots->at + sequence % SLOTS * slots->stride);
}

static uint32_t stride_of(uint32_t size)
{
    return (uint32_t)((size + 2 * sizeof(word) + 63) & ~(size_t)63);
}

size_t slots_size(uint32_t size)
{
    return sizeof(struct slots_memory) + (size_t)SLOTS * stride_of(size);
}

void slots_make(void *memory, uint32_t size)
{
    struct slots_memory *made = memory;

    memset((uint8_t *)memory + sizeof(*made), 0, slots_size(size) - sizeof(*made));
    made->size = size;
    atomic_store_explicit(&made->newest, 0, memory_order_release);
}

bool slots_open(struct slots *slots, void *memory, uint32_t size)
{
    *slots = (struct slots){
        .memory = memory,
        .at = (uint8_t *)memory + sizeof(struct slots_memory),
        .size = size,
        .stride = stride_of(size),
    };
    return size > 0 && size % sizeof(word) == 0 && slots->memory->size == size;
}

void slots_put(struct slots *slots, const void *value)
{
    uint64_t sequence = atomic_load_explicit(&slots->memory->newest, memory_order_relaxed) + 1;
    word *slot;

    sequence += sequence == 0;
    slot = slot_of(slots, sequence);
    atomic_store_explicit(slot, sequence, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (uint32_t i = 0; i < slots->size / sizeof(word); i++) {
        uint64_t bytes;
        memcpy(&bytes, (const uint8_t *)value + i * sizeof(word), sizeof(word));
        atomic_store_explicit(slot + 1 + i, bytes, memory_order_relaxed);
    }
    atomic_store_explicit(slot + 1 + slots->size / sizeof(word), sequence, memory_order_release);
    atomic_store_explicit(&slots->memory->newest, sequence, memory_order_release);
}

static bool copy_whole(const struct slots *slots, uint64_t sequence, uint8_t *to)
{
    const word *slot = slot_of(slots, sequence);

    if (atomic_load_explicit(slot + 1 + slots->size / sizeof(word), memory_order_acquire) != sequence)
        return false;
    for (uint32_t i = 0; i < slots->size / sizeof(word); i++) {
        uint64_t bytes = atomic_load_explicit(slot + 1 + i, memory_order_relaxed);
        memcpy(to + i * sizeof(word), &bytes, sizeof(word));
    }
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(slot, memory_order_relaxed) == sequence;
}

bool slots_get(const struct slots *slots, void *to, uint64_t *sequence)
{
    for (int i = 0; i < TRIES; i++) {
        uint64_t newest = atomic_load_explicit(&slots->memory->newest, memory_order_acquire);
        if (newest == 0)
            return false;
        if (copy_whole(slots, newest, to)) {
            if (sequence)
                *sequence = newest;
            return true;
        }
    }
    return false;
}
