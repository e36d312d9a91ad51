/* facets.h: counts the rows of a result for each value of a field. One thread. */
#ifndef LOOPHOLE_SEARCH_FACETS_H
#define LOOPHOLE_SEARCH_FACETS_H

#include "schema_search.h"
#include "services/search/index/facet_count.h"
#include "services/search/index/index.h"
#include "services/search/index/volumes.h"

enum { FACETS_MOST = 512 }; /* counts in one answer, divided evenly among the fields */

/* Counts each field's most frequent values, then sorts them by value. `each` lists the set; it may be NULL if the set
 * is more than half of the index. Texts are in the arena. Errors: bad_request (a field whose values cannot be counted),
 * full. */
struct facets_of {
    struct index *index;
    const struct volumes *volumes;
};
enum err facets_count(const struct facets_of *of, struct arena *arena, const struct text_list *fields,
                      const struct bitmap *set, const uint32_t *each, struct facet_count_list *to, struct fault *fault);

/* The field whose values have this name; TERM_ALL: not a field with values. */
enum term_field facets_field(struct text name);

struct facet_of_term {
    uint32_t term, count;
    struct text value; /* valid until the index changes */
};
struct facets_counted {
    struct facet_of_term *at;
    uint32_t count;
};

/* A set to be counted for several fields; facets_close frees it. `each` as above. */
struct facet_set {
    struct facet_rows rows;
    uint32_t *others;
};
void facets_open(struct index *index, const struct bitmap *set, const uint32_t *each, struct facet_set *to);
void facets_close(struct facet_set *set);

/* The most frequent values of one field as terms, at most `most`, the most frequent first; adds them to `to`, which has
 * room. Returns their number. Errors: full. */
enum err facets_terms(struct index *index, enum term_field field, const struct facet_set *set, uint32_t most,
                      struct facet_of_term *to, uint32_t *count);

/* The most frequent values of one field, at most `most` of FACETS_MOST, the most frequent first. Errors: those
 * of facets_count. */
enum err facets_most(struct index *index, struct arena *arena, struct text field, const struct bitmap *set,
                     const uint32_t *each, uint32_t most, struct facets_counted *to, struct fault *fault);

#endif
