/* made.h: items made from a seed, in an index, and also as plain numbers that a test can filter itself. */
#ifndef LOOPHOLE_TESTS_UNIT_SEARCH_MADE_H
#define LOOPHOLE_TESTS_UNIT_SEARCH_MADE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/naming/fold.h"
#include "services/search/query/match.h"
#include "services/search/query/sort.h"

enum { MADE_WORDS = 12, MADE_PACKS = 5, MADE_TAGS = 6, MADE_CLASSES = 4, MADE_ID_BYTES = 16 };

static const char *const made_words[MADE_WORDS] = { "kick",   "kicker", "snare", "hat",   "hard", "soft",
                                                    "closed", "open",   "room",  "dirty", "Élan", "808" };
static const char *const made_packs[MADE_PACKS] = { "TR808 Kit", "Jazz Brushes", "Room Kit", "Studio", "" };
static const char *const made_tags[MADE_TAGS] = { "warm", "dark", "deep bass", "loop", "short", "warmth" };
static const char *const made_classes[MADE_CLASSES] = { "kick", "snare", "hat_closed", "" };

struct made_item {
    struct id id;
    bool is_there, is_favourite, is_hidden, has_vector;
    uint32_t words[3];          /* of the name */
    uint32_t pack, class, tags; /* tags: bits */
    double bpm, size;           /* bpm: NaN for none */
    float vector[ENTRY_VECTOR];
};

static inline uint32_t made_draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static inline float made_about_zero(uint64_t *seed)
{
    float sum = 0;

    for (int i = 0; i < 12; i++)
        sum += (float)(made_draw(seed) & 0xffffff) / (1 << 24);
    return sum - 6;
}

static inline struct made_item made_item(uint64_t *seed, uint32_t number)
{
    struct made_item item = { .is_there = true };

    for (int i = 0; i < MADE_ID_BYTES; i++)
        item.id.b[i] = (uint8_t)made_draw(seed);
    item.id.b[0] = (uint8_t)(number >> 16);
    item.id.b[1] = (uint8_t)(number >> 8);
    item.id.b[2] = (uint8_t)number;
    for (int i = 0; i < 3; i++)
        item.words[i] = made_draw(seed) % MADE_WORDS;
    item.pack = made_draw(seed) % MADE_PACKS;
    item.class = made_draw(seed) % MADE_CLASSES;
    item.tags = made_draw(seed) % (1u << MADE_TAGS) & made_draw(seed);
    item.bpm = made_draw(seed) % 3 ? 60 + made_draw(seed) % 240 / 2.0 : (double)NAN;
    item.size = made_draw(seed) % 100000;
    item.is_favourite = made_draw(seed) % 10 == 0;
    item.is_hidden = made_draw(seed) % 20 == 0;
    item.has_vector = made_draw(seed) % 8 != 0;
    for (int i = 0; i < ENTRY_VECTOR; i++)
        item.vector[i] = (float)(made_draw(seed) % 2000) / 1000 - 1;
    return item;
}

static inline void made_name(const struct made_item *item, char to[128])
{
    snprintf(to, 128, "%s_%s %s", made_words[item->words[0]], made_words[item->words[1]], made_words[item->words[2]]);
}

static inline double made_seconds(const struct made_item *item)
{
    return item->size / 44100;
}

static inline void made_put(struct index *index, const struct made_item *item)
{
    static struct entry entry;
    struct arena arena = { 0 };
    char name[128];

    made_name(item, name);
    entry_begin(&entry, &arena, item->id);
    entry.name = fold_text(&arena, text_of(name));
    entry_words(&entry, TERM_NAME, text_of(name));
    entry_words(&entry, TERM_PACK_WORD, text_of(made_packs[item->pack]));
    entry_value(&entry, TERM_PACK, text_of(made_packs[item->pack]));
    entry_value(&entry, TERM_CLASS, text_of(made_classes[item->class]));
    for (uint32_t i = 0; i < MADE_TAGS; i++) {
        if (!(item->tags >> i & 1))
            continue;
        entry_words(&entry, TERM_TAG_WORD, text_of(made_tags[i]));
        entry_value(&entry, TERM_TAG, text_of(made_tags[i]));
    }
    if (item->is_favourite)
        entry_value(&entry, TERM_IS, TEXT("favourite"));
    if (item->is_hidden)
        entry_value(&entry, TERM_IS, TEXT("hidden"));
    entry_number(&entry, TEXT("bpm"), item->bpm, false);
    entry_number(&entry, TEXT("size"), item->size, true);
    entry_number(&entry, TEXT("duration_s"), made_seconds(item), true);
    entry.has_vector = item->has_vector;
    memcpy(entry.vector, item->vector, sizeof(entry.vector));
    if (item->has_vector)
        entry_value(&entry, TERM_HAS, TEXT("vector"));
    assert_int_equal(index_put(index, &entry), ERR_OK);
    arena_free(&arena);
}

static inline void made_set(struct index *index, struct made_item *slot, struct made_item item)
{
    *slot = item;
    made_put(index, slot);
}

/* Makes `count` items; then changes some, removes some, and puts some of the removed ones back. */
static inline struct made_item *made_items(struct index *index, uint32_t count, uint64_t seed)
{
    struct made_item *items = calloc(count, sizeof(*items));

    assert_non_null(items);
    for (uint32_t i = 0; i < count; i++)
        made_set(index, &items[i], made_item(&seed, i + 1));
    for (uint32_t i = 0; i < count / 2; i++) {
        struct made_item *item = &items[made_draw(&seed) % count];
        struct made_item other = made_item(&seed, 0);

        if (made_draw(&seed) % 3) {
            other.id = item->id;
            made_set(index, item, other);
        } else {
            index_remove(index, item->id);
            item->is_there = false;
        }
    }
    return items;
}

static inline bool made_no_attribute(const void *state, struct text attribute)
{
    (void)state, (void)attribute;
    return false;
}

static inline struct bitmap *made_match(struct index *index, const char *query, struct node **root, struct arena *arena)
{
    static const struct volumes none;
    struct parse parse = { .knows = made_no_attribute };
    struct match match = { index, &none };
    struct fault fault = { 0 };
    struct bitmap *rows;

    if (parse_query(&parse, text_of(query), arena, root, &fault) != ERR_OK)
        fail_msg("%s: %s", query, fault.what);
    rows = match_query(&match, *root);
    assert_non_null(rows);
    return rows;
}

#endif
