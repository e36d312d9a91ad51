#include "common/rt/capture.h"

#include <string.h>

/* Memory orders are those of slots.c. The words are relaxed atomics between two fences, because a reader may copy a
 * header while it is overwritten. The two numbers show whether the copy is complete. */
enum { TRIES = 3 };

void capture_header_put(struct capture_memory *memory, uint32_t instance, uint64_t period,
                        const struct capture_header *header)
{
    struct capture_slot *slot = &memory->header[instance % CAPTURE_WRITERS];
    uint64_t words[CAPTURE_HEADER_WORDS];

    memcpy(words, header, sizeof(words));
    atomic_store_explicit(&slot->before, period, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (uint32_t i = 0; i < CAPTURE_HEADER_WORDS; i++)
        atomic_store_explicit(&slot->words[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&slot->after, period, memory_order_release);
}

/* Writes the period of the slot; 0: the slot is empty. False: it is being written. */
static bool read_slot(const struct capture_slot *slot, struct capture_header *to, uint64_t *period)
{
    uint64_t words[CAPTURE_HEADER_WORDS];

    *period = atomic_load_explicit(&slot->after, memory_order_acquire);
    for (uint32_t i = 0; i < CAPTURE_HEADER_WORDS; i++)
        words[i] = atomic_load_explicit(&slot->words[i], memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    memcpy(to, words, sizeof(words));
    return atomic_load_explicit(&slot->before, memory_order_relaxed) == *period;
}

/* Finds the newest complete header and its period; 0: there is none. False: a header that may be newer is being
 * written. */
static bool read_newest(const struct capture_memory *memory, struct capture_header *to, uint64_t *newest)
{
    bool all = true;

    *newest = 0;

    for (uint32_t i = 0; i < CAPTURE_WRITERS; i++) {
        struct capture_header header;
        uint64_t period;
        bool is_whole = read_slot(&memory->header[i], &header, &period);
        if (is_whole && period > *newest) {
            *newest = period;
            *to = header;
        }
        all &= is_whole;
    }
    return all;
}

/* An instance that died while writing leaves a torn header; after a few tries the other header counts as the newest. */
static uint64_t try_newest(const struct capture_memory *memory, struct capture_header *header)
{
    uint64_t period = 0;

    *header = (struct capture_header){ .end = UINT64_MAX };
    for (int i = 0; i < TRIES; i++)
        if (read_newest(memory, header, &period))
            break;
    return period;
}

struct capture_header capture_header_get(const struct capture_memory *memory)
{
    struct capture_header header;

    (void)try_newest(memory, &header);
    return header;
}

/* New memory has no header, and its periods begin at 1. */
void capture_header_look(const struct capture_memory *memory, struct capture_view *view)
{
    struct capture_header header;
    uint64_t period = try_newest(memory, &header);

    if (period != 0 && period < view->period)
        return;
    view->header = header;
    view->period = period;
}
