#include "common/rt/snapshot.h"

#include <string.h>

/* The word has two bits each for the numbers of the draft, the middle and the shown buffer. One more bit says that the
 * middle is newer than the shown one. Only the word has these numbers. If a side kept its own, they would be lost with
 * it, and its successor would write into a buffer that is being read.
 *
 * Memory orders. Both exchanges are acquire and release at once:
 *   publish releases the draft's bytes to the reader, and acquires the reader's last use of the buffer it gets back;
 *   take acquires the bytes of the middle, and releases the shown buffer that it gives away.
 * draft and shown load with acquire for a successor, which did not do its predecessor's exchange. The load before an
 * exchange is relaxed, because the exchange decides. */
enum { DRAFT = 0, MIDDLE = 2, SHOWN = 4, FRESH = 1 << 6, NAME = 3, TRIES = 2 };

static const uint32_t first_word = 0U << DRAFT | 1U << MIDDLE | 2U << SHOWN;

static uint32_t buffer_of_role(uint32_t word, int role)
{
    return word >> role & NAME;
}

/* The three roles name three different buffers. */
static bool is_possible(uint32_t word)
{
    uint32_t named =
        1U << buffer_of_role(word, DRAFT) | 1U << buffer_of_role(word, MIDDLE) | 1U << buffer_of_role(word, SHOWN);

    return named == 7 && word < FRESH << 1;
}

static uint32_t make_possible(uint32_t word)
{
    return is_possible(word) ? word : first_word;
}

static uint32_t stride_of(uint32_t size)
{
    return (size + 63) & ~63U;
}

static void *buffer_of(const struct snapshot *snapshot, int role)
{
    uint32_t word = make_possible(atomic_load_explicit(&snapshot->memory->word, memory_order_acquire));

    return snapshot->buffers + (size_t)buffer_of_role(word, role) * snapshot->stride;
}

static bool exchange_word(struct snapshot *snapshot, uint32_t *seen, uint32_t next)
{
    return atomic_compare_exchange_strong_explicit(&snapshot->memory->word, seen, next, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

size_t snapshot_size(uint32_t size)
{
    return sizeof(struct snapshot_memory) + (size_t)3 * stride_of(size);
}

void snapshot_make(void *memory, uint32_t size)
{
    struct snapshot_memory *made = memory;

    memset((uint8_t *)memory + sizeof(*made), 0, snapshot_size(size) - sizeof(*made));
    made->size = size;
    atomic_store_explicit(&made->word, first_word, memory_order_release);
}

bool snapshot_open(struct snapshot *snapshot, void *memory, uint32_t size)
{
    *snapshot = (struct snapshot){
        .memory = memory,
        .buffers = (uint8_t *)memory + sizeof(struct snapshot_memory),
        .size = size,
        .stride = stride_of(size),
    };
    return size > 0 && snapshot->memory->size == size &&
           is_possible(atomic_load_explicit(&snapshot->memory->word, memory_order_relaxed));
}

void *snapshot_draft(struct snapshot *snapshot)
{
    return buffer_of(snapshot, DRAFT);
}

/* The reader can interfere only once: it takes no buffer that is not fresh. */
void snapshot_publish(struct snapshot *snapshot)
{
    uint32_t seen = atomic_load_explicit(&snapshot->memory->word, memory_order_relaxed);

    for (int i = 0; i < TRIES; i++) {
        uint32_t word = make_possible(seen);
        if (exchange_word(snapshot, &seen,
                          buffer_of_role(word, MIDDLE) << DRAFT | buffer_of_role(word, DRAFT) << MIDDLE |
                              buffer_of_role(word, SHOWN) << SHOWN | FRESH))
            return;
    }
}

const void *snapshot_take(struct snapshot *snapshot, bool *fresh)
{
    uint32_t seen = atomic_load_explicit(&snapshot->memory->word, memory_order_relaxed);

    *fresh = false;
    for (int i = 0; i < TRIES && !*fresh && (make_possible(seen) & FRESH); i++) {
        uint32_t word = make_possible(seen);
        *fresh = exchange_word(snapshot, &seen,
                               buffer_of_role(word, DRAFT) << DRAFT | buffer_of_role(word, SHOWN) << MIDDLE |
                                   buffer_of_role(word, MIDDLE) << SHOWN);
    }
    return snapshot_shown(snapshot);
}

const void *snapshot_shown(const struct snapshot *snapshot)
{
    return buffer_of(snapshot, SHOWN);
}

/* A reader that takes the middle meanwhile only renames the buffer; only the writer fills one. */
const void *snapshot_newest(const struct snapshot *snapshot)
{
    uint32_t word = make_possible(atomic_load_explicit(&snapshot->memory->word, memory_order_acquire));

    return snapshot->buffers + (size_t)buffer_of_role(word, word & FRESH ? MIDDLE : SHOWN) * snapshot->stride;
}

bool snapshot_copy(const struct snapshot *snapshot, void *to)
{
    enum { COPIES = 1000 };

    for (int i = 0; i < COPIES; i++) {
        const uint32_t word = atomic_load_explicit(&snapshot->memory->word, memory_order_acquire);
        memcpy(to, snapshot_newest(snapshot), snapshot->size);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&snapshot->memory->word, memory_order_relaxed) == word)
            return true;
    }
    return false;
}
