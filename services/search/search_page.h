/* search_page.h: shared by several answers. */
#ifndef LOOPHOLE_SEARCH_SEARCH_PAGE_H
#define LOOPHOLE_SEARCH_SEARCH_PAGE_H

#include "services/search/search_state.h"

/* Parses `query`, with saved queries expanded, into the request's arena. Errors (explained): bad_request, not_found,
 * full; those of search_read. */
enum err search_parse(struct request *request, struct text query, struct node **root);

/* Parses `query` and finds its rows. The caller frees the rows. */
enum err search_rows(struct request *request, struct text query, struct node **root, struct bitmap **rows);

/* Fills `found` with the items of `rows` from the store, without items that have gone meanwhile. `scores` and
 * `distances` may be NULL; their index is the place in `rows`. */
enum err search_fill(struct request *request, const uint32_t *rows, uint32_t count, const struct scores *scores,
                     const float *distances, struct found *found);

/* Fills in total, seconds of audio, and revision. `each` lists the rows, or is NULL. */
void search_sum(struct search *search, const struct bitmap *rows, const uint32_t *each, struct found *found);

#endif
