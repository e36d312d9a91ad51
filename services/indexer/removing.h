/* removing.h: removes a library, after its scan in progress has ended, and the trees inside it. */
#ifndef LOOPHOLE_INDEXER_REMOVING_H
#define LOOPHOLE_INDEXER_REMOVING_H

#include "services/indexer/state.h"

/* Stops all work on the library. When its scan has ended, a turn asks persist to remove it, under the id of `call`;
 * `ticket` gets the answer. The caller calls schedule_turn. */
void removing_begin(struct indexer *indexer, struct library_state *lib, struct call *call, struct ticket ticket);
void removing_turn(struct indexer *indexer); /* asks persist once no scan of it runs */

#endif
