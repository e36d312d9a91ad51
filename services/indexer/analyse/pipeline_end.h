/* pipeline_end.h: the end of each file. */
#ifndef LOOPHOLE_INDEXER_PIPELINE_END_H
#define LOOPHOLE_INDEXER_PIPELINE_END_H

#include "services/indexer/analyse/pipeline_state.h"

/* Ends the analysis without a result; it counts as never added. */
void pipeline_end_empty(struct pipeline *pipeline, struct analysis *analysis);

/* Ends an analysis of pipeline_verify. */
void pipeline_end_verify(struct pipeline *pipeline, struct analysis *analysis, enum file_verdict verdict);

/* called by result_queue.h */
void pipeline_take_outcome(void *pipeline, void *analysis, const struct operation *operation,
                           const struct outcome *outcome);

#endif
