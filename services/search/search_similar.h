/* search_similar.h: items that sound like others. */
#ifndef LOOPHOLE_SEARCH_SEARCH_SIMILAR_H
#define LOOPHOLE_SEARCH_SEARCH_SIMILAR_H

#include "services/search/search_state.h"

enum err search_similar(struct request *request, const void *ask, void *answer);
bool search_similar_check(struct search *search); /* idle time: true if it measured rows of a kept query */

#endif
