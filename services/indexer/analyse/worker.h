/* worker.h: jobs for one of the pool's workers (schemas/worker.schema). A worker's answer is not trusted: the codec
 * checks its bounds, and worker_check whether it makes sense. The loop's. */
#ifndef LOOPHOLE_INDEXER_WORKER_H
#define LOOPHOLE_INDEXER_WORKER_H

#include "proto/service/workers.h"
#include "schema_worker.h"
#include "services/indexer/scan/work.h"

/* Gives a new worker an empty job: its answer shows that the program works, and the version of its analyser.
 * Errors: io. */
enum err worker_prove(struct worker *worker, struct fault *fault);

/* Hands over the open file of `work`. */
void worker_give(struct worker *worker, const struct work *work, usec_t patience);

/* Facts from the sources of a worker, a whole embedding, a state that fits. Errors: bad_request. */
enum err worker_check(const struct result *result, enum worker_mode mode, struct fault *fault);

#endif
