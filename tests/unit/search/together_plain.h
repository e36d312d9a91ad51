/* together_plain.h: made contexts, uses and lessons, and a plain count of what the clauses of together.h find there. */
#ifndef LOOPHOLE_TESTS_UNIT_SEARCH_TOGETHER_PLAIN_H
#define LOOPHOLE_TESTS_UNIT_SEARCH_TOGETHER_PLAIN_H

#include "services/search/index/catchup.h"
#include "services/search/query/shrunk.h"
#include "tests/unit/search/made.h"

enum { ITEMS = 60, CONTENTS = 40, CONTEXTS = 30, IN_CONTEXT = 14, PACKS = 4, WORDS = 6, STUDIOS = 200, PAIRS = 300 };

static const char *const words[WORDS] = { "", "drums", "Chorus", "verse", "bass", "intro" };

struct made_use {
    struct id media;
    uint32_t item, role, section;
    bool ended;
};

struct made_context {
    struct id id;
    uint32_t count;
    struct made_use uses[IN_CONTEXT];
};

struct world {
    struct home *home;
    struct store *store;
    struct index index;
    struct catchup *catchup;
    struct writing w;
    struct id folder, items[ITEMS];
    bool is_gone[ITEMS];
    struct made_context contexts[CONTEXTS];
    uint64_t users[CONTENTS], roles[CONTENTS][WORDS], total, stacked[CONTENTS][CONTENTS], later[CONTENTS][CONTENTS];
    bool is_pair[CONTENTS][CONTENTS];
    uint64_t revision, seed;
};

static inline uint32_t content_of(uint32_t item)
{
    return item % CONTENTS;
}

static inline int order_of(uint32_t word)
{
    static const int orders[WORDS] = { -1, -1, -1, 1, -1, 0 }; /* "Chorus" is no section's name */

    return orders[word];
}

static inline bool is_after(const struct made_use *a, const struct made_use *b)
{
    return order_of(a->section) < 0 || order_of(b->section) < 0 || order_of(b->section) >= order_of(a->section);
}

static inline bool is_stacked(const struct made_use *a, const struct made_use *b)
{
    enum { DRUMS = 1 };

    return (!a->section || !b->section || a->section == b->section) &&
           (!a->role || a->role != b->role || a->role == DRUMS);
}

static inline bool has_item(const struct made_context *context, uint32_t item)
{
    for (uint32_t i = 0; i < context->count; i++)
        if (context->uses[i].item == item)
            return true;
    return false;
}

static inline uint32_t count_contexts(const struct world *world, uint32_t item)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < CONTEXTS; i++)
        count += has_item(&world->contexts[i], item);
    return count;
}

static inline bool has_both(const struct made_context *context, uint32_t a, uint32_t b, bool after)
{
    for (uint32_t i = 0; i < context->count; i++)
        for (uint32_t k = 0; k < context->count; k++) {
            const struct made_use *x = &context->uses[i], *y = &context->uses[k];
            if (x->item == a && y->item == b && (after ? is_after(x, y) : is_stacked(x, y)))
                return true;
        }
    return false;
}

static inline bool has_word(const struct made_context *context, uint32_t item, uint32_t word, bool current_only)
{
    for (uint32_t i = 0; i < context->count; i++) {
        const struct made_use *use = &context->uses[i];
        if (use->item == item && (use->role == word || use->section == word) && !(current_only && use->ended))
            return true;
    }
    return false;
}

struct expected_item {
    bool is_found, is_mate;
    uint32_t both, of;
    uint64_t studios, studios_of;
    double score;
};

static inline double expect_score(const struct world *world, uint32_t item, const struct expected_item *e)
{
    uint32_t used = count_contexts(world, item);
    double here = (used ? used : 1) + (double)(world->total ? world->users[content_of(item)] : 0) / 3;
    uint64_t of = e->is_mate ? 0 : e->studios_of;

    if (e->is_mate)
        return -1;
    return shrunk_score(e->both + (double)e->studios / 3, e->of + (double)of / 3, here,
                        CONTEXTS + (double)world->total / 3);
}

static inline struct expected_item expect_pair(const struct world *world, uint32_t a, uint32_t b, bool after)
{
    uint32_t x = content_of(a), y = content_of(b);
    struct expected_item e = { .of = count_contexts(world, a), .studios_of = world->users[x] };

    for (uint32_t i = 0; i < CONTEXTS; i++)
        e.both += has_both(&world->contexts[i], a, b, after);
    e.studios = after ? world->later[x][y] : world->stacked[x][y];
    e.is_found = e.both || e.studios;
    if (after && world->total && !e.is_found && !world->is_pair[x][y] && a % PACKS && a % PACKS == b % PACKS)
        e = (struct expected_item){
            .is_found = true, .is_mate = true, .studios = world->users[y], .studios_of = world->total
        };
    e.is_found &= a != b && !world->is_gone[b];
    e.score = expect_score(world, b, &e);
    return e;
}

static inline struct expected_item expect_role(const struct world *world, uint32_t word, uint32_t item)
{
    struct expected_item e = { .of = CONTEXTS, .studios_of = world->total };
    bool is_current = false;

    for (uint32_t i = 0; i < CONTEXTS; i++)
        is_current |= has_word(&world->contexts[i], item, word, true);
    for (uint32_t i = 0; i < CONTEXTS && is_current; i++)
        e.both += has_word(&world->contexts[i], item, word, false);
    e.studios = word == 2 ? 0 : world->roles[content_of(item)][word];
    e.is_found = (e.both || e.studios) && !world->is_gone[item];
    e.score = expect_score(world, item, &e);
    return e;
}

#endif
