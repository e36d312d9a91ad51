/* search_saved.h: saved queries, and the history of queries. */
#ifndef LOOPHOLE_SEARCH_SEARCH_SAVED_H
#define LOOPHOLE_SEARCH_SEARCH_SAVED_H

#include "services/search/search_state.h"

enum err search_queries(struct search *search, struct call *call, const struct search_queries *ask,
                        struct kept_queries *answer);

/* Replaces each @NAME by its saved query in parentheses. Errors: not_found, too_large, full. */
enum err search_expand(struct request *request, struct text query, struct text *expanded);

/* If the query is one @NAME, sets `sort` to the order that was saved with it. Errors: as search_expand. */
enum err search_saved_sort(struct request *request, struct text query, struct text *sort);
void search_remember(struct search *search, const struct search_query *ask); /* adds to the history, later */

#endif
