/* facets.h: counts the rows of a result for each value of a field. One thread. */
#ifndef LOOPHOLE_SEARCH_FACETS_H
#define LOOPHOLE_SEARCH_FACETS_H

#include "schema_search.h"
#include "services/search/index/index.h"

enum { FACETS_MOST = 512 }; /* counts in one answer, divided evenly among the fields */

/* Counts each field's most frequent values, then sorts them by value. `each` lists the set; it may be NULL if the set
 * is more than half of the index. Texts are in the arena. Errors: bad_request (a field whose values cannot be counted),
 * full. */
enum err facets_count(struct index *index, struct arena *arena, const struct text_list *fields,
                      const struct bitmap *set, const uint32_t *each, struct facet_count_list *to, struct fault *fault);

#endif
