/* dropping.h: removes the files of artefacts that no row names after a commit. The thread that writes the files of
 * batches (artefact_writer.h) removes them, one after the other in the order of the commits: removing a file may wait
 * for the disk, and a file that a later batch brings again is written after its removal. */
#ifndef LOOPHOLE_PERSIST_DROPPING_H
#define LOOPHOLE_PERSIST_DROPPING_H

#include "services/persist/turn/persist.h"

/* After a commit: takes the names out of p->w.dropped. A file of a batch under way stays, for that batch decides in the
 * end. What is not removed, by a death or for want of memory, is left to the sweep. */
void dropping_start(struct persist *p);

#endif
