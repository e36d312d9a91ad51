/* fetching.h: fetches items of clouds: finds their files, gives them to readers (fetch/fetches.h), and asks the indexer
 * for the scan that sees them. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_FETCHING_H
#define LOOPHOLE_AVAILABILITY_FETCHING_H

#include "services/availability/state.h"

enum err fetching_open(struct availability *availability, struct fault *fault); /* errors: io, bad_request (settings) */
void fetching_close(struct availability *availability);
void fetching_turn(struct availability *availability);

/* The asks. Errors (explained): not_found, offline, busy, full, io. */
enum err fetching_begin(struct availability *availability, struct call *call, const struct availability_fetch *ask,
                        struct fetch_begun *answer);
enum err fetching_list(struct availability *availability, struct call *call, const struct id *task,
                       struct fetches_kept *answer); /* `task` NULL: all */

/* Adds an item to a task, or to a new one if `*task` is NULL; counts it in `to`. Errors: not_found, full, io,
 * internal. */
enum err fetching_add(struct availability *availability, struct txn *txn, struct id item, struct text label,
                      struct fetch_task **task, struct fetch_begun *to);

#endif
