/* search_kit_vary.h: other sounds for slots of a kit, by likeness to those that they have. */
#ifndef LOOPHOLE_SEARCH_SEARCH_KIT_VARY_H
#define LOOPHOLE_SEARCH_SEARCH_KIT_VARY_H

#include "services/search/search_state.h"

enum err search_vary_kit(struct request *request, const void *ask, void *answer); /* search_kit_vary.c */

#endif
