/* indexer.h: the service's state and its parts. All run on the loop's thread; work that may hang runs in errands.
 *
 *   schedule   when each library is scanned: by asks, by inotify (watch), by time
 *   scan       one scan of a library, in an errand        pipeline  the analysis of each file
 *   progress   how much is done                           asks      the handlers
 *   remake     artefacts whose files are gone                verify    whether files are what the catalogue knows */
#ifndef LOOPHOLE_INDEXER_INDEXER_H
#define LOOPHOLE_INDEXER_INDEXER_H

#include "services/indexer/remake.h"
#include "services/indexer/state.h"
#include "services/indexer/verify.h"

/* indexer->service is set before. Ends the process with a message on an error. */
void indexer_open(struct indexer *indexer);
void indexer_close(struct indexer *indexer);
void indexer_turn(void *indexer); /* the end of each turn of the loop */
void indexer_report(void *indexer, struct arena *arena, struct service_status *to);
/* Stops scans and drops waiting files. Errors: not_found (no such task). */
enum err indexer_cancel(void *indexer, struct id task, struct fault *fault);

/* asks.c */
extern const struct indexer_handlers asks_handlers;

#endif
