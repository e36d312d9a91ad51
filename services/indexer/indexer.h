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

/* schedule.c */
void schedule_turn(struct indexer *indexer);         /* starts scans that are due */
void schedule_tick(struct indexer *indexer);         /* every second: begins the scans that are due */
void schedule_follow_store(struct indexer *indexer); /* takes over libraries that undo put back, or took away */
/* A folder of a library became a tree: the library no longer contains its files, and its scan counts the others. */
void schedule_count_again(struct indexer *indexer, const struct library_state *tree);
/* Makes a scan of the library read the folder of the file `path` again. */
void schedule_look_again(struct indexer *indexer, struct id library, const char *path);
void schedule_look_later(struct indexer *indexer, struct id library); /* scans all of it after a while */

/* volumes.c */
/* Reads the rows of the libraries' volumes: the libraries of a volume that appeared, disappeared or moved are
 * scanned. */
void volumes_follow(struct indexer *indexer);
void volumes_take_change(void *state, const void *body, bool gap); /* availability.changed */
void volumes_take_mount(void *state, const void *body, bool gap);  /* availability.mounted */

/* removing.c */
/* Stops all work on the library. When its scan has ended, a turn asks persist to remove it, under the id of `call`;
 * `ticket` gets the answer. The caller calls schedule_turn. */
void removing_begin(struct indexer *indexer, struct library_state *lib, struct call *call, struct ticket ticket);
void removing_turn(struct indexer *indexer); /* asks persist once no scan of it runs */

/* folder_changes.c: reports of inotify become scans and moves. Errors: as watch_new */
enum err folder_changes_open(struct indexer *indexer, struct fault *fault);

/* progress.c */
/* Starts a round after a person's ask or for new files, unless one runs. */
void progress_begin(struct indexer *indexer);
void progress_now(const struct indexer *indexer, struct progress *to);
void progress_turn(struct indexer *indexer); /* ends the round when all is idle */
void progress_tick(struct indexer *indexer); /* four times a second: publishes changes */

/* asks.c */
extern const struct indexer_handlers asks_handlers;

#endif
