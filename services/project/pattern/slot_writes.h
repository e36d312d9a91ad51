/* slot_writes.h: writes of slots, one of a folder after the other, so that the last one wins. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_WRITES_H
#define LOOPHOLE_PROJECT_SLOT_WRITES_H

#include "services/project/pattern/slot_io.h"

/* As slot_io_start for a write, which begins when the earlier ones of its folder have ended. If one of these finds that
 * the folder does not answer (timeout), or that another engine has locked it (busy), this one ends with that fault. */
void slot_writes_start(struct project *p, struct slot_io *io, void (*done)(void *owner, struct slot_io *io),
                       void *owner);
void slot_writes_close(struct project *p); /* at the end of the service: drops waiting writes */

#endif
