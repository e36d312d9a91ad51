/* facet_codes.h: the values of each row, for counting the values of a field in a large result. facet_count.h makes
 * them from the postings in idle time, or when a field is first counted, and updates changed rows. A field with one
 * value per row has a code for each row: 8 bits if it has few values, otherwise 16. A field with several has a bit for
 * each of its most frequent values, 32 or 64; the postings count the others. So a large result is counted from few
 * lines of memory. One thread. */
#ifndef LOOPHOLE_SEARCH_FACET_CODES_H
#define LOOPHOLE_SEARCH_FACET_CODES_H

#include "services/search/index/terms.h"

enum { FACET_CODES_STALE = 4096, FACET_CODES_BITS = 64, FACET_CODES_NONE = 0 };
enum { FACET_CODES_NARROW = 200 /* values at the start; later ones still fit a byte */, FACET_BITS_NARROW = 32 };

struct facet_codes {
    bool is_made, is_several;
    uint8_t width;   /* bytes of a row: 1 or 2 for a code, 4 or 8 for bits */
    uint32_t rows;   /* length of `at` */
    void *at;        /* by row: code (1 + index in `terms`, or FACET_CODES_NONE), or bits */
    uint32_t *terms; /* numbers of the terms with a code or bit */
    uint32_t count, room;
};

struct all_facet_codes {
    struct facet_codes each[TERM_FIELDS];
    uint32_t stale[FACET_CODES_STALE]; /* rows changed since the last update */
    uint32_t stale_count;
};

void facet_codes_free(struct facet_codes *codes);         /* leaves it empty */
void facet_codes_free_all(struct all_facet_codes *codes); /* leaves it empty */

/* Notes that the row has changed. Too many changes since the last update free all tables, which are made again. */
void facet_codes_change(struct all_facet_codes *codes, uint32_t row);

#endif
