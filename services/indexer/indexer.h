/* indexer.h: the service's state and its parts. One thread, the loop's; what may hang runs in errands.
 *
 *   schedule   which library is looked at when: by asks, by inotify (watch), by time
 *   scan       one look at a library, in an errand        pipeline  what becomes of each file
 *   progress   how far all of it is                       asks      the handlers
 *   remake     artefacts whose files are gone             */
#ifndef LOOPHOLE_INDEXER_INDEXER_H
#define LOOPHOLE_INDEXER_INDEXER_H

#include "services/indexer/remake.h"
#include "services/indexer/state.h"

/* The service is set before. Ends the process with a message when it can't. */
void indexer_open(struct indexer *indexer);
void indexer_close(struct indexer *indexer);
void indexer_turn(void *indexer); /* the end of each turn of the loop */
void indexer_report(void *indexer, struct arena *arena, struct service_status *to);
enum err indexer_cancel(void *indexer, struct id task, struct fault *fault);

/* schedule.c */
void schedule_turn(struct indexer *indexer);          /* starts what can be started */
void schedule_tick(struct indexer *indexer);          /* every second: what is due by time */
bool schedule_is_idle(const struct indexer *indexer); /* no scan is awaited */
void schedule_look_again(struct indexer *indexer, struct id library, const char *path);
void schedule_remove(struct indexer *indexer, struct library_state *lib, struct call *call, struct ticket ticket);

/* folder_changes.c: reports of inotify become wanted scans and moves */
enum err folder_changes_open(struct indexer *indexer, struct fault *fault);

/* progress.c */
void progress_begin(struct indexer *indexer); /* a person's ask or files to hear: a round, unless one is under way */
void progress_now(const struct indexer *indexer, struct progress *to);
void progress_turn(struct indexer *indexer); /* ends the round when all is idle */
void progress_tick(struct indexer *indexer); /* four times a second: publishes what changed */

/* asks.c */
extern const struct indexer_handlers asks_handlers;

#endif
