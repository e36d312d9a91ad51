/* explain_clause.h: why one clause alone finds nothing. */
#ifndef LOOPHOLE_SEARCH_EXPLAIN_CLAUSE_H
#define LOOPHOLE_SEARCH_EXPLAIN_CLAUSE_H

#include "services/search/query/explain_state.h"

/* Explains why this clause alone finds nothing. */
void explain_clause(struct explain *x, const struct node *clause);

#endif
