/* dropping.h: removes the files of artefacts that no row names after a commit. Removing a file may wait for the disk,
 * so the thread that writes the files of batches (artefact_writer.h) does it, in the order of the commits. If a later
 * batch brings a file again, the thread writes it after that removal. */
#ifndef LOOPHOLE_PERSIST_DROPPING_H
#define LOOPHOLE_PERSIST_DROPPING_H

#include "services/persist/turn/persist.h"

/* On the loop, after a commit: takes the names out of p->w.dropped. It leaves out files of batches in progress, which
 * decide about them at their end. If a death or an error prevents a removal, the sweep removes the file later. */
void dropping_start(struct persist *p);

#endif
