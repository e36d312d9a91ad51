/* search_query.h: items of a query, in order; frequent words are answered ahead. */
#ifndef LOOPHOLE_SEARCH_SEARCH_QUERY_H
#define LOOPHOLE_SEARCH_SEARCH_QUERY_H

#include "services/search/search_state.h"

enum err search_query(struct request *request, const void *ask, void *answer);
bool search_query_prepare(struct search *search); /* makes the answer of one frequent word; false: all are made */

#endif
