/* search_current.h: an answer never comes from an outdated index. */
#ifndef LOOPHOLE_SEARCH_SEARCH_CURRENT_H
#define LOOPHOLE_SEARCH_SEARCH_CURRENT_H

#include "services/search/search_state.h"

/* Runs `run` now if the index has reached the catalogue's head, otherwise as soon as it has. */
enum err search_when_current(struct search *search, struct call *call,
                             enum err (*run)(struct request *request, const void *ask, void *answer), const void *ask,
                             void *answer);

/* Callbacks of the loop; `state` is the struct search. The timer catches up, answers waiting asks, and writes the
 * file. */
void search_follow(void *state);

/* An event: catches up within 2 ms, so that the changes of many commits are read together. A query does not wait for
 * it. */
void search_follow_soon(void *state, const void *changed, bool gap);
void search_end_turn(void *state);
void search_report(void *state, struct arena *arena, struct service_status *to);

#endif
