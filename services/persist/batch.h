/* batch.h: many operations in one commit. */
#ifndef LOOPHOLE_PERSIST_BATCH_H
#define LOOPHOLE_PERSIST_BATCH_H

#include "services/persist/persist.h"

/* Does each operation in the open turn; its outcome is in `answer`, whose memory and texts are the arena's. The files
 * of large artefacts are durable already (filing.h). Errors: full (no memory), those of a turn that is broken. */
enum err batch_apply(struct persist *p, const struct persist_batch *ask, struct arena *arena,
                     struct outcomes *answer, struct fault *fault);

#endif
