/* explain_state.h: shared by the files that explain an empty result. */
#ifndef LOOPHOLE_SEARCH_EXPLAIN_STATE_H
#define LOOPHOLE_SEARCH_EXPLAIN_STATE_H

#include "schema_search.h"
#include "services/search/query/match.h"

enum { EXPLAIN_CLAUSES = 16, EXPLAIN_HINTS = 16 };
enum { EXPLAIN_CLAUSE_BYTES = 255, EXPLAIN_QUERY_BYTES = 4000 }; /* of a hint */

struct explain {
    const struct match *match;
    struct text query;
    struct arena *arena;
    usec_t until;
    struct hint_list *to;
    const struct node *clauses[EXPLAIN_CLAUSES]; /* all of them must match */
    uint32_t clause_count;
    bool is_explained[EXPLAIN_CLAUSES]; /* has another spelling */
};

/* The beginning of `text`, at most `most` bytes, in whole characters. */
struct text explain_shorten(struct text text, uint32_t most);

/* Adds a hint about a part of the query; NULL: there are enough hints. */
struct hint *explain_add(struct explain *x, enum hint_kind kind, struct text clause);

/* The query with `part`, which points into it, replaced; empty if it becomes too long. */
struct text explain_instead(struct explain *x, struct text part, struct text by);

uint64_t explain_count(struct explain *x, const struct node *node); /* number of items that match */

#endif
