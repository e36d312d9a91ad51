/* search_states.h: how many items are local, away, or being fetched, by volume and library. */
#ifndef LOOPHOLE_SEARCH_SEARCH_STATES_H
#define LOOPHOLE_SEARCH_SEARCH_STATES_H

#include "services/search/search_state.h"

enum err search_states(struct request *request, const void *ask, void *answer);

/* Which items are fetched now. Availability publishes the set; it is asked for after each event that changes it, and
 * regularly while it is not empty, so that it does not outlive a monitor that died. An event; a timer. */
void search_take_fetching(void *state, const void *body, bool gap);
void search_follow_fetching(void *state);

#endif
