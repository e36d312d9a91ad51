/* search_duplicates.h: the groups of equal and similar items. */
#ifndef LOOPHOLE_SEARCH_SEARCH_DUPLICATES_H
#define LOOPHOLE_SEARCH_SEARCH_DUPLICATES_H

#include "services/search/search_state.h"

enum err search_duplicates(struct request *request, const void *ask, void *answer);
void search_duplicates_end(struct search *search);
void search_duplicates_tend(struct search *search); /* in idle time: brings the groups of all items up to date */
void search_duplicates_list_tasks(const struct search *search, struct arena *arena, struct service_status *to);

#endif
