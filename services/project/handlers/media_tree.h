/* media_tree.h: the Media of a project in the catalogue. The indexer scans and watches it: as part of the library in
 * which it lies, else as a tree that comes and goes as one. So a project that was moved, or came from another machine,
 * finds its takes and its collected copies. Items that the catalogue does not know are added as missing before; the
 * scan gives them their files. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_MEDIA_TREE_H
#define LOOPHOLE_PROJECT_MEDIA_TREE_H

#include "services/project/handlers/work.h"

/* Asks the indexer, and does not wait. A project that has no Media, or no indexer now, gets it when it is opened again
 * or records. */
void media_tree_add(struct project *p, struct id project);

/* Delays the answer of a work after media_tree_add, so that it calls no sound missing whose copy lies in Media: sets
 * is_sent, and continues the work when no sound of the project is missing, when the indexer is idle, or at `until`
 * (steady clock). */
void media_tree_wait(struct work *work, usec_t until);

void media_tree_close(struct project *p); /* drops the waits */

#endif
