/* worker.h: one worker process and the socket to it (schemas/worker.schema). What it answers is a stranger's word:
 * bounds are the codec's, sense is checked here. The loop's. */
#ifndef LOOPHOLE_INDEXER_WORKER_H
#define LOOPHOLE_INDEXER_WORKER_H

#include "proto/transport/sandboxed.h"
#include "schema_worker.h"
#include "services/indexer/scan/work.h"

enum { WORKER_WHY_SIZE = SANDBOXED_WHY_SIZE };

struct worker {
    struct sandboxed process;
    bool answers;      /* it has answered its first job */
    bool spent;        /* it is to be replaced: nothing more is given to it */
    struct work *work; /* under way; NULL: none, or the first job */
    uint64_t number;   /* of the job under way; 0: it is free */
    usec_t deadline;   /* of the job under way */
    uint32_t files;    /* since its start */
};

/* Starts the program and gives it an empty job: its answer shows that the program works, and which analyser it is.
 * Errors: io, not_found (no program), full. */
enum err worker_start(struct worker *worker, const char *program, struct fault *fault);

/* Hands over the open file of `work`. An error means that this worker is of no more use. */
enum err worker_give(struct worker *worker, struct work *work, enum worker_mode mode, usec_t deadline,
                     struct fault *fault);

/* Takes its answer; memory from the arena, until the next take. Errors: busy (not whole yet); any other: the worker
 * died, or answered nonsense. */
enum err worker_take(struct worker *worker, struct arena *arena, struct result *result, struct fault *fault);

/* Ends it; `why` (of WORKER_WHY_SIZE) gets how it died, or "" when it lived. */
void worker_end(struct worker *worker, char *why);

/* Facts from where workers speak, an embedding that is whole, a state that fits: bad_request says what is wrong. */
enum err worker_check(const struct result *result, enum worker_mode mode, struct fault *fault);

#endif
