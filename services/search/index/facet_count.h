/* facet_count.h: makes the tables of facet_codes.h from the postings, and counts by them. One thread. */
#ifndef LOOPHOLE_SEARCH_FACET_COUNT_H
#define LOOPHOLE_SEARCH_FACET_COUNT_H

#include "services/search/index/index.h"

/* Makes what counting the fields that are asked for most will need, of one of them: false when all of it is there, or
 * memory is out. */
bool facet_count_prepare(struct index *index);

/* A result that is counted: as a set, and one by one: its rows, or, when those are fewer, all that are not in it. */
struct facet_rows {
    const struct bitmap *set;
    const uint32_t *each;
    uint32_t count;
    bool are_others;
};

/* Reports how often each term of the field is in the rows; those that are not, maybe with 0. Errors: full. */
struct facet_counter {
    void (*report)(void *state, uint32_t term, uint32_t count);
    void *state;
};
enum err facet_count_terms(struct index *index, enum term_field field, const struct facet_rows *rows,
                           const struct facet_counter *to);

#endif
