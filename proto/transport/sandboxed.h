/* sandboxed.h: one loophole-worker process and the socket pair to it, for its parent (schemas/worker.schema). The
 * parent opens files and passes descriptors; the worker sandboxes itself and dies with its parent. One thread for each
 * worker. */
#ifndef LOOPHOLE_PROTO_SANDBOXED_H
#define LOOPHOLE_PROTO_SANDBOXED_H

#include <sys/types.h>

#include "common/process/errand.h"
#include "proto/transport/pipe.h"

enum { SANDBOXED_WHY_SIZE = 200 };
#define SANDBOXED_NO_MEMORY "no memory to analyse it" /* reason of a death: it reached the sandbox's memory bound */

struct sandboxed {
    pid_t pid; /* 0: not running */
    struct pipe pipe;
};

/* Starts `program` with the other end of `pipe` as descriptor 3. `mode` is its only argument, or NULL. Errors: io,
 * not_found (no program). */
enum err sandboxed_start(struct sandboxed *process, const char *program, const char *mode, struct fault *fault);

/* Waits for its answer of that shape, into the zeroed `answer`. Its texts and bytes lie in the pipe: they live until
 * the next wait or the end of the process, and codec_keep copies what is needed longer. Lists lie in `arena`. The
 * errand (or NULL) can end the wait. Never in a loop's thread. Errors: busy (the errand is no longer wanted), timeout
 * (after `patience`, as patience.h counts it), offline (it died, or sent an invalid answer). */
enum err sandboxed_wait(struct sandboxed *process, const struct shape *shape, struct arena *arena, void *answer,
                        usec_t patience, struct errand *errand, struct fault *fault);

/* Kills it, unless it died before. `why` (of SANDBOXED_WHY_SIZE) gets the cause of such a death, "" if it was alive.
 * Waits at most 0.2 s, and only for a worker that has closed its socket. Returns 0, or a pid that the caller must still
 * wait for (waitpid). */
pid_t sandboxed_kill(struct sandboxed *process, char *why);

/* As sandboxed_kill; also waits at most 0.2 s for its end. */
void sandboxed_end(struct sandboxed *process, char *why);

#endif
