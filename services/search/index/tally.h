/* tally.h: tables for counting a field's values in a large result: which value each row has, by row. tally_count.h
 * makes them from the postings when there is time, or when a field is first counted, and updates the rows that change.
 * A field with one value a row has a number of 16 bits for each row. One with several has a bit for each of its 64
 * most frequent values; what finds no place in that is left to the postings. One thread. */
#ifndef LOOPHOLE_SEARCH_TALLY_H
#define LOOPHOLE_SEARCH_TALLY_H

#include "services/search/index/terms.h"

enum { TALLY_STALE = 4096, TALLY_BITS = 64, TALLY_NONE = 0 };

struct tally {
    bool is_made, is_several;
    uint32_t rows;   /* of `code` or `bits` */
    uint16_t *code;  /* by row: 1 + place in `terms`; TALLY_NONE */
    uint64_t *bits;  /* by row */
    uint32_t *terms; /* numbers of the terms that have a place */
    uint32_t count, room;
};

struct tallies {
    struct tally each[TERM_FIELDS];
    uint32_t stale[TALLY_STALE]; /* rows that changed since */
    uint32_t stale_count;
};

void tally_free(struct tally *tally);         /* empty again */
void tally_free_all(struct tallies *tallies); /* empty again */
void tally_change(struct tallies *tallies, uint32_t row);

#endif
