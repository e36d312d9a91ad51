/* search_complete.h: completions of a word of a query. */
#ifndef LOOPHOLE_SEARCH_SEARCH_COMPLETE_H
#define LOOPHOLE_SEARCH_SEARCH_COMPLETE_H

#include "services/search/search_state.h"

enum err search_complete(struct request *request, const void *ask, void *answer);

#endif
