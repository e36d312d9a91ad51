/* explain_parts.h: what the files that explain an empty result share. */
#ifndef LOOPHOLE_SEARCH_EXPLAIN_PARTS_H
#define LOOPHOLE_SEARCH_EXPLAIN_PARTS_H

#include "services/search/query/explain.h"

struct explain {
    const struct match *match;
    struct text query;
    struct arena *arena;
    usec_t until;
    struct hint_list *to;
    const struct node *clauses[EXPLAIN_CLAUSES]; /* that must all hold */
    uint32_t clause_count;
    bool is_explained[EXPLAIN_CLAUSES]; /* as written otherwise */
};

/* A new hint about a part of the query; NULL: there are enough. */
struct hint *explain_add(struct explain *x, enum hint_kind kind, struct text clause);

/* The query with `part`, which lies in it, replaced; empty when it is too long. */
struct text explain_instead(struct explain *x, struct text part, struct text by);

uint64_t explain_count(struct explain *x, const struct node *node); /* items that it finds; 0 also without memory */

/* explain_clause.c: why this clause alone finds nothing. */
void explain_clause(struct explain *x, const struct node *clause);

/* explain_otherwise.c: clauses that are fields in another spelling: A minor, dur<0.5s, 120 bpm, AND. */
void explain_otherwise(struct explain *x);

#endif
