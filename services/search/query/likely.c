#include "services/search/query/likely.h"

#include <string.h>

enum { CLOCK_EVERY = 256 };

/* The number of letters that may differ in a word of `len` bytes. */
static uint32_t most_wrong(uint32_t len)
{
    return len < 3 ? 0 : len < 5 ? 1 : len < 9 ? 2 : 3;
}

/* Words of names and tags come before those of paths, where one folder may have very many items. */
static bool comes_before(const struct likely_one *a, const struct likely_one *b)
{
    if (a->distance == b->distance && a->is_aside != b->is_aside)
        return b->is_aside;
    return a->distance != b->distance ? a->distance < b->distance : a->items > b->items;
}

static void drop_place(struct likely *to, uint32_t place)
{
    memmove(&to->each[place], &to->each[place + 1], (to->count - place - 1) * sizeof(to->each[0]));
    to->count--;
}

/* Adds a text once, even if several fields have it. */
static void offer_one(struct likely *to, struct arena *arena, struct likely_one one)
{
    uint32_t place = 0;

    for (uint32_t i = 0; i < to->count; i++)
        if (text_equal(to->each[i].text, one.text)) {
            if (!comes_before(&one, &to->each[i]))
                return;
            drop_place(to, i);
            break;
        }
    while (place < to->count && !comes_before(&one, &to->each[place]))
        place++;
    if (place == LIKELY_MOST)
        return;
    one.text = arena_text(arena, one.text);
    if (!one.text.at)
        return;
    if (to->count == LIKELY_MOST)
        to->count--;
    memmove(&to->each[place + 1], &to->each[place], (to->count - place) * sizeof(to->each[0]));
    to->each[place] = one;
    to->count++;
}

/* The parameters of one pass. */
struct search_for {
    struct index *index;
    struct arena *arena;
    usec_t until;
    struct text wanted;
    struct likely *to;
    uint32_t looked;
};

static bool has_run_out(struct search_for *s)
{
    return ++s->looked % CLOCK_EVERY == 0 && clock_steady() >= s->until;
}

/* The folded text of a key: after its field, before its shown form. */
static struct text folded_of(struct text key)
{
    const char *end = memchr(key.at + 1, 0, key.len - 1);

    return (struct text){ end ? (uint32_t)(end - key.at - 1) : key.len - 1, key.at + 1 };
}

static void look_at_words(struct search_for *s, enum term_field field, struct text start)
{
    struct terms *terms = &s->index->terms;
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(terms, terms_start(key, field, start));
    uint32_t most = most_wrong(s->wanted.len);

    for (uint32_t i = 0; i < range.count && !has_run_out(s); i++) {
        struct text text = folded_of(terms_key(terms, range.at[i]));
        uint32_t items = terms_posting(terms, range.at[i])->count;
        if (!items || text.len + most < s->wanted.len || text.len > s->wanted.len + most)
            continue;
        uint32_t distance = text_distance(s->wanted, text);
        if (distance <= most)
            offer_one(s->to, s->arena,
                      (struct likely_one){ text, distance, items, field != TERM_NAME && field != TERM_TAG_WORD });
    }
}

/* Words with the same first letter come first, because most people get it right; others follow while there is time. */
void likely_words(struct index *index, const enum term_field *fields, size_t count, struct text word,
                  struct arena *arena, usec_t until, struct likely *to)
{
    struct search_for s = { index, arena, until, word, to, 0 };

    to->count = 0;
    for (size_t i = 0; i < count && word.len; i++)
        look_at_words(&s, fields[i], (struct text){ 1, word.at });
    for (size_t i = 0; i < count && word.len && !to->count; i++)
        look_at_words(&s, fields[i], (struct text){ 0 });
}

/* If one of the two begins with the other, the distance is one letter. */
static uint32_t value_distance(struct text wanted, struct text value)
{
    uint32_t distance = text_distance(wanted, value);
    bool begins = wanted.len > 1 && value.len > 1 && (text_starts(value, wanted) || text_starts(wanted, value));

    return begins && distance > 1 ? 1 : distance;
}

static void look_at_values(struct search_for *s, enum term_field field, bool all)
{
    struct terms *terms = &s->index->terms;
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(terms, terms_start(key, field, (struct text){ 0 }));

    s->to->count = 0;
    for (uint32_t i = 0; i < range.count && !has_run_out(s); i++) {
        struct text folded = folded_of(terms_key(terms, range.at[i])), shown = terms_value(terms, range.at[i]);
        uint32_t items = terms_posting(terms, range.at[i])->count;
        uint32_t distance = items && !all ? value_distance(s->wanted, folded) : 0;
        if (items && distance <= most_wrong(s->wanted.len))
            offer_one(s->to, s->arena, (struct likely_one){ shown, distance, items, false });
    }
}

void likely_values(struct index *index, enum term_field field, struct text value, struct arena *arena, usec_t until,
                   struct likely *to)
{
    struct search_for s = { index, arena, until, value, to, 0 };

    look_at_values(&s, field, false);
}

void likely_frequent(struct index *index, enum term_field field, struct arena *arena, usec_t until, struct likely *to)
{
    struct search_for s = { index, arena, until, { 0 }, to, 0 };

    look_at_values(&s, field, true);
}
