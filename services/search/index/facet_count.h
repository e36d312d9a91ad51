/* facet_count.h: makes the tables of facet_codes.h from the postings, and counts with them. One thread. */
#ifndef LOOPHOLE_SEARCH_FACET_COUNT_H
#define LOOPHOLE_SEARCH_FACET_COUNT_H

#include "services/search/index/index.h"

/* Makes the table of one of the most requested fields. False: all exist, or limits_leave refuses. */
bool facet_count_prepare(struct index *index);

/* A result to count, as a set and as a list. The list has its rows or, if these are fewer, all rows outside it. */
struct facet_rows {
    const struct bitmap *set;
    const uint32_t *each;
    uint32_t count;
    bool are_others;
};

/* Reports how often each term of the field is in the rows; terms without rows may be reported with 0. Errors: full. */
struct facet_counter {
    void (*report)(void *state, uint32_t term, uint32_t count);
    void *state;
};
enum err facet_count_terms(struct index *index, enum term_field field, const struct facet_rows *rows,
                           const struct facet_counter *to);

#endif
