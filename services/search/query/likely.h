/* likely.h: for a word or value that no item has, those that items have and a person may have meant. One thread. */
#ifndef LOOPHOLE_SEARCH_LIKELY_H
#define LOOPHOLE_SEARCH_LIKELY_H

#include "common/clock.h"
#include "services/search/index/index.h"

enum { LIKELY_MOST = 8 };

/* The nearest first: fewest letters to add, take out, change or swap; then those of the most items. */
struct likely {
    uint32_t count;
    struct likely_one {
        struct text text; /* in the arena; a word as it is compared, a value as it is shown */
        uint32_t distance, items;
        bool is_aside; /* neither of a name nor of a tag */
    } each[LIKELY_MOST];
};

/* Words of these fields near `word`, which is folded. Ends at `until` (steady clock) with what was found. */
void likely_words(struct index *index, const enum term_field *fields, size_t count, struct text word,
                  struct arena *arena, usec_t until, struct likely *to);

/* Values of the field near `value`, which is folded; a value that begins with it, or with which it begins, is near. */
void likely_values(struct index *index, enum term_field field, struct text value, struct arena *arena, usec_t until,
                   struct likely *to);

/* The field's most frequent values. */
void likely_frequent(struct index *index, enum term_field field, struct arena *arena, usec_t until, struct likely *to);

#endif
