#include "services/audio/dsp/peaks.h"

#include <string.h>

#include "services/audio/dsp/number.h"

enum { WORDS = PEAKS_STRIPS * 2 + 1 };

void peaks_show(struct peaks_memory *memory, uint64_t number, int64_t until, const struct peaks *peaks)
{
    struct peaks_entry *entry = &memory->entry[number % PEAKS_ENTRIES];
    uint32_t words[WORDS];

    memcpy(words, peaks, sizeof(words));
    for (uint32_t i = 0; i < WORDS; i++)
        atomic_store_explicit(&entry->words[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&entry->until, until, memory_order_release);
    atomic_store_explicit(&memory->newest, number, memory_order_release);
}

static void raise_to(float *highest, uint32_t bits)
{
    float level;

    memcpy(&level, &bits, sizeof(level));
    level = number_sane(level);
    *highest = level > *highest ? level : *highest;
}

static void add_entry(const struct peaks_entry *entry, struct peaks *highest)
{
    for (uint32_t strip = 0; strip < PEAKS_STRIPS; strip++)
        for (uint32_t side = 0; side < 2; side++)
            raise_to(&highest->peak[strip][side],
                     atomic_load_explicit(&entry->words[strip * 2 + side], memory_order_relaxed));
    raise_to(&highest->cut, atomic_load_explicit(&entry->words[WORDS - 1], memory_order_relaxed));
}

void peaks_since(const struct peaks_memory *memory, int64_t since, int64_t now, uint32_t rate, struct peaks *highest)
{
    uint64_t newest = atomic_load_explicit(&memory->newest, memory_order_acquire);
    int64_t from = now - PEAKS_SECONDS * (int64_t)rate;

    *highest = (struct peaks){ 0 };
    from = since > from ? since : from;
    for (uint32_t i = 0; i < PEAKS_ENTRIES; i++) {
        const struct peaks_entry *entry = &memory->entry[(newest - i) % PEAKS_ENTRIES];
        int64_t until = atomic_load_explicit(&entry->until, memory_order_acquire);
        if (until <= from)
            return;
        if (until <= now)
            add_entry(entry, highest);
    }
}
