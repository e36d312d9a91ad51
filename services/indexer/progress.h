/* progress.h: how much is done. */
#ifndef LOOPHOLE_INDEXER_PROGRESS_H
#define LOOPHOLE_INDEXER_PROGRESS_H

#include "services/indexer/state.h"

/* Starts a round after a person's ask or for new files, unless one runs. */
void progress_begin(struct indexer *indexer);
void progress_now(const struct indexer *indexer, struct progress *to);
void progress_turn(struct indexer *indexer); /* ends the round when all is idle */
void progress_tick(struct indexer *indexer); /* four times a second: publishes changes */

#endif
