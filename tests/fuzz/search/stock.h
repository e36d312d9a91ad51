/* stock.h: a few items in an index, the same each time. */
#ifndef LOOPHOLE_TESTS_FUZZ_SEARCH_STOCK_H
#define LOOPHOLE_TESTS_FUZZ_SEARCH_STOCK_H

#include <stdio.h>

#include "common/naming/fold.h"
#include "services/search/index/index.h"
#include "tests/fuzz/fuzz.h"

enum { STOCK_ITEMS = 24 };

static const char *const stock_names[] = {
    "Kick 808", "Élan snare", "closed hat", "deep bass loop", "ẞtraße", "kicker"
};

static inline struct id stock_id(uint32_t number)
{
    struct id id = { { 0 } };

    id.b[15] = (uint8_t)(number + 1);
    return id;
}

static inline void stock_put(struct index *index, uint32_t number)
{
    static struct entry entry;
    struct arena arena = { 0 };
    struct text name = text_of(stock_names[number % 6]);

    entry_begin(&entry, &arena, stock_id(number));
    entry.name = fold_text(&arena, name);
    entry.notes = fold_text(&arena, TEXT("a little flat"));
    entry_words(&entry, TERM_NAME, name);
    entry_words(&entry, TERM_PACK_WORD, TEXT("TR808 Kit"));
    entry_value(&entry, TERM_PACK, TEXT("TR808 Kit"));
    entry_words(&entry, TERM_TAG_WORD, number % 2 ? TEXT("warm") : TEXT("dark"));
    entry_value(&entry, TERM_TAG, number % 2 ? TEXT("warm") : TEXT("dark"));
    entry_value(&entry, TERM_KEY, number % 3 ? TEXT("Amin") : TEXT("C#maj"));
    entry_value(&entry, TERM_IS, number % 5 ? TEXT("local") : TEXT("hidden"));
    entry_number(&entry, TEXT("bpm"), 60 + 7 * number, false);
    entry_number(&entry, TEXT("size"), 1e6 * number, true);
    entry.has_vector = number % 4;
    for (uint32_t i = 0; i < ENTRY_VECTOR; i++)
        entry.vector[i] = (float)((number * 31 + i * 7) % 19) / 9 - 1;
    if (entry.has_vector)
        entry_value(&entry, TERM_HAS, TEXT("vector"));
    holds(index_put(index, &entry) == ERR_OK);
    arena_free(&arena);
}

/* One of them is removed again, so its row is free. */
static inline void stock_fill(struct index *index)
{
    holds(index_open(index) == ERR_OK);
    for (uint32_t i = 0; i < STOCK_ITEMS; i++)
        stock_put(index, i);
    index_remove(index, stock_id(3));
}

#endif
