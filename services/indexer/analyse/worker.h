/* worker.h: jobs for one worker of the pool (schemas/worker.schema). Its answers are not trusted: the codec checks the
 * bounds, and worker_check the sense. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_WORKER_H
#define LOOPHOLE_INDEXER_WORKER_H

#include "proto/service/workers.h"
#include "schema_worker.h"
#include "services/indexer/base/analysis.h"

/* Gives a new worker an empty job. The answer shows that the program works, and its analyser's version. Errors: io. */
enum err worker_prove(struct worker *worker, struct fault *fault);

/* Sends the open file of `analysis` to the worker, which must answer within `patience` µs. */
void worker_give(struct worker *worker, const struct analysis *analysis, usec_t patience);

/* Checks that the facts have a worker's sources, that the embedding is complete and that the state fits the mode.
 * Errors: bad_request. */
enum err worker_check(const struct result *result, enum worker_mode mode, struct fault *fault);

#endif
