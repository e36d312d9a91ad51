/* region_pads.h: the regions of the armed clip as pads of the audio core. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_REGION_PADS_H
#define LOOPHOLE_PROJECT_REGION_PADS_H

#include "services/project/loop/region_find.h"

extern const struct handler region_handler_pads;

/* In the phase of the answer, once: gives the pads of the open project the regions of the armed clip, and empties those
 * of loop_job's pads_before. True: the answer waits for the core, and is called again. Without a core the next call
 * sets them. */
bool region_pads_send(struct work *work, struct txn *txn, const struct region_clip *clip);

#endif
