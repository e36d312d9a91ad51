/* search_begin.h: what asks begin with: a transaction of the store, and an answer that comes later. */
#ifndef LOOPHOLE_SEARCH_SEARCH_BEGIN_H
#define LOOPHOLE_SEARCH_SEARCH_BEGIN_H

#include "services/search/search_state.h"

/* Begins a transaction. The first call opens the store. Errors: those of store_open. */
enum err search_read(struct search *search, struct txn **txn, struct fault *fault);

/* Defers the answer; `kept` has the data for the later answer. The function that answers
 * request->ticket frees it. Errors: busy, full. */
enum err search_put_off(struct request *request, struct request **kept);

#endif
