/* search_grid.h: counts of items by two fields at once. */
#ifndef LOOPHOLE_SEARCH_SEARCH_GRID_H
#define LOOPHOLE_SEARCH_SEARCH_GRID_H

#include "services/search/search_state.h"

enum err search_grid(struct request *request, const void *ask, void *answer);

#endif
