/* media_tree.h: the Media of a project in the catalogue. The indexer scans and watches it: as part of the library in
 * which it lies, else as a tree that comes and goes as one. So a project that was moved, or came from another machine,
 * finds its takes and its collected copies. Items that the catalogue does not know are added as missing before; the
 * scan gives them their files. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_MEDIA_TREE_H
#define LOOPHOLE_PROJECT_MEDIA_TREE_H

#include "services/project/base/project.h"
#include "services/project/parts/parts.h"

/* Asks the indexer, and does not wait. A project that has no Media, or no indexer now, gets it when it is opened again
 * or records. */
void media_tree_add(struct project *p, struct id project);

#endif
