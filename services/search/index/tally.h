/* tally.h: for counting a field's values in a large result: which value each row has, by row. Made from the postings
 * when there is time, or a field is first counted, and then kept up with the rows that change. A field with one value a
 * row has a number of 16 bits for each, one with several a bit for each of its 64 most frequent values; what finds no
 * place in that is left to the postings. One thread. */
#ifndef LOOPHOLE_SEARCH_TALLY_H
#define LOOPHOLE_SEARCH_TALLY_H

#include "services/search/index/terms.h"

enum { TALLY_STALE = 4096, TALLY_BITS = 64, TALLY_NONE = 0 };

struct index;

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

void tally_free_all(struct tallies *tallies); /* empty again */
void tally_change(struct tallies *tallies, uint32_t row);

/* Makes what counting the fields that are asked for most will need, of one of them: false when all of it is there, or
 * memory is out. */
bool tally_prepare(struct index *index);

/* A result that is counted: as a set, and one by one: its rows, or, when those are fewer, all that are not in it. */
struct tally_rows {
    const struct bitmap *set;
    const uint32_t *each;
    uint32_t count;
    bool are_others;
};

/* Tells how often each term of the field stands in the rows; those that do not maybe with 0. Errors: full. */
struct tally_teller {
    void (*tell)(void *state, uint32_t term, uint32_t count);
    void *state;
};
enum err tally_count(struct index *index, enum term_field field, const struct tally_rows *rows,
                     const struct tally_teller *to);

#endif
