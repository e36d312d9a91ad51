/* kbase_clips.h: the clips of a loop. */
#ifndef LOOPHOLE_WORKER_KBASE_KBASE_CLIPS_H
#define LOOPHOLE_WORKER_KBASE_KBASE_CLIPS_H

#include "services/worker/kbase/kbase_loops.h"

/* The clips of the project: those whose row, or whose fragment, names it. At most KBASE_CLIPS parts, with
 * their sources. */
struct tree kbase_clips_read(struct kbase_making *making);

#endif
