/* facets.h: how many rows of a result have each value of a field. One thread. */
#ifndef LOOPHOLE_SEARCH_FACETS_H
#define LOOPHOLE_SEARCH_FACETS_H

#include "schema_search.h"
#include "services/search/index/index.h"

enum { FACETS_MOST = 512 }; /* counts in one answer: shared evenly by the fields */

/* For each field its most frequent values, then by the value. `each` of the set, too; it may be NULL when it is more
 * than half of the index. Texts are in the arena. Errors: bad_request (a field whose values can't be counted), full. */
enum err facets_count(struct index *index, struct arena *arena, const struct text_list *fields,
                      const struct bitmap *set, const uint32_t *each, struct facet_count_list *to, struct fault *fault);

#endif
