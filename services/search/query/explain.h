/* explain.h: why a query finds nothing, and what to ask instead. Only for empty results: a query that finds something
 * never comes here. One thread. */
#ifndef LOOPHOLE_SEARCH_EXPLAIN_H
#define LOOPHOLE_SEARCH_EXPLAIN_H

#include "schema_search.h"
#include "services/search/query/match.h"

enum { EXPLAIN_HINTS = 16, EXPLAIN_CLAUSES = 16, EXPLAIN_US = 10000 };

/* `query` is the text that `root` was made of, with @NAMEs put in. Stops at `until` (steady clock) between two steps,
 * each a query of one clause, with what was found so far. Texts of the hints are in the arena or static. Errors:
 * full. */
enum err explain_empty(const struct match *match, struct text query, const struct node *root, struct arena *arena,
                       usec_t until, struct hint_list *to);

#endif
