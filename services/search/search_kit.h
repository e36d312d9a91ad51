/* search_kit.h: sounds for the slots of a kit. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_KIT_H
#define LOOPHOLE_SEARCH_SEARCH_KIT_H

#include "services/search/kit/signs.h"
#include "services/search/kit/slots.h"
#include "services/search/search_state.h"

/* The key of an ask (musical_key.h); -1: none. Errors (explained): bad_request. */
enum err search_kit_key(struct request *request, bool has_key, struct text key, int *to);

enum err search_pick_kit(struct request *request, const void *ask, void *answer);

#endif
