/* explain.h: explains why a query finds nothing, and suggests other queries. Only empty results get here. One
 * thread. */
#ifndef LOOPHOLE_SEARCH_EXPLAIN_H
#define LOOPHOLE_SEARCH_EXPLAIN_H

#include "schema_search.h"
#include "services/search/query/match.h"

enum { EXPLAIN_US = 10000 };

/* Fills `to` with hints. `query` is the text of `root`, with @NAMEs expanded. Stops at `until` (steady clock) between
 * two steps, each a query of one clause, and keeps its hints so far. Their texts are in the arena or static. Errors:
 * full. */
enum err explain_empty(const struct match *match, struct text query, const struct node *root, struct arena *arena,
                       usec_t until, struct hint_list *to);

/* The same for a query that `matches` items, all of them outside the folder or the view that was asked for. */
enum err explain_cut(uint64_t matches, struct arena *arena, struct hint_list *to);

#endif
