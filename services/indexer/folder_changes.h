/* folder_changes.h: reports of inotify become scans and moves. */
#ifndef LOOPHOLE_INDEXER_FOLDER_CHANGES_H
#define LOOPHOLE_INDEXER_FOLDER_CHANGES_H

#include "services/indexer/state.h"

/* Errors: those of watch_new. */
enum err folder_changes_open(struct indexer *indexer, struct fault *fault);

#endif
