/* likely.h: finds existing words or values similar to an unknown one. One thread. */
#ifndef LOOPHOLE_SEARCH_LIKELY_H
#define LOOPHOLE_SEARCH_LIKELY_H

#include "common/clock.h"
#include "services/search/index/index.h"

enum { LIKELY_MOST = 8 };

/* Nearest first: by the number of letters to add, remove, change or swap; then by the number of items. */
struct likely {
    uint32_t count;
    struct likely_one {
        struct text text; /* in the arena; a word is folded, a value is as shown */
        uint32_t distance, items;
        bool is_aside; /* from neither a name nor a tag */
    } each[LIKELY_MOST];
};

/* Finds words of these fields similar to `word`, which is folded. Stops at `until` (steady clock) and keeps the words
 * so far. */
void likely_words(struct index *index, const enum term_field *fields, size_t count, struct text word,
                  struct arena *arena, usec_t until, struct likely *to);

/* Finds values of the field similar to `value`, which is folded. A value that begins with it, or with which it begins,
 * is similar. */
void likely_values(struct index *index, enum term_field field, struct text value, struct arena *arena, usec_t until,
                   struct likely *to);

/* The field's most frequent values. */
void likely_frequent(struct index *index, enum term_field field, struct arena *arena, usec_t until, struct likely *to);

#endif
