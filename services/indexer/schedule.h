/* schedule.h: when each library is scanned: by asks, by inotify, by time. */
#ifndef LOOPHOLE_INDEXER_SCHEDULE_H
#define LOOPHOLE_INDEXER_SCHEDULE_H

#include "services/indexer/state.h"

void schedule_turn(struct indexer *indexer);         /* starts scans that are due */
void schedule_tick(struct indexer *indexer);         /* every second: begins the scans that are due */
void schedule_follow_store(struct indexer *indexer); /* takes over libraries that undo put back, or took away */

/* A folder of a library became a tree: the library no longer contains its files, and its scan counts the others. */
void schedule_count_again(struct indexer *indexer, const struct library_state *tree);

/* Makes a scan of the library read the folder of the file `path` again. */
void schedule_look_again(struct indexer *indexer, struct id library, const char *path);
void schedule_look_later(struct indexer *indexer, struct id library); /* scans all of it after a while */

#endif
