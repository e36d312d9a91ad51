/* sandboxed.h: one loophole-worker process and the socket pair to it, as its parent sees them (schemas/worker.schema).
 * The parent opens files and passes descriptors; the worker sandboxes itself and dies with its parent. The loop's
 * thread. */
#ifndef LOOPHOLE_PROTO_SANDBOXED_H
#define LOOPHOLE_PROTO_SANDBOXED_H

#include <sys/types.h>

#include "proto/transport/pipe.h"

enum { SANDBOXED_WHY_SIZE = 200 };
#define SANDBOXED_NO_MEMORY "no memory to analyse it" /* how it died: the sandbox bounds its memory */

struct sandboxed {
    pid_t pid; /* 0: not running */
    struct pipe pipe;
};

/* Starts `program` with the other end of `pipe` as its descriptor 3. `mode`: its one argument, or NULL. Errors: io,
 * not_found (no program). */
enum err sandboxed_start(struct sandboxed *process, const char *program, const char *mode, struct fault *fault);

/* Ends it: kills it, unless it died by itself. `why` (of SANDBOXED_WHY_SIZE) gets how it died by itself, or "" when it
 * lived. Waits 0.2 s at most, and only for a worker that has closed its socket. Returns 0, or the pid that is still to
 * be waited for (waitpid). */
pid_t sandboxed_kill(struct sandboxed *process, char *why);

/* The same, and waits for its end, at most 0.2 s. */
void sandboxed_end(struct sandboxed *process, char *why);

#endif
