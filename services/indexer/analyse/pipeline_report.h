/* pipeline_report.h: reports of files to persist. */
#ifndef LOOPHOLE_INDEXER_PIPELINE_REPORT_H
#define LOOPHOLE_INDEXER_PIPELINE_REPORT_H

#include "services/indexer/analyse/pipeline_state.h"

/* Reports the result to persist; the analysis ends when it is durable. */
void pipeline_report(struct pipeline *pipeline, struct analysis *analysis, const struct analysed *found);

/* The file of a known content was analysed again: persist gets only its artefacts. */
void pipeline_report_artefacts(struct pipeline *pipeline, struct analysis *analysis, const struct analysed *found);

/* The analysed file is that of analysis->older, which moved here. False: it cannot be read, and nothing is reported. */
bool pipeline_report_move(struct pipeline *pipeline, struct analysis *analysis);

/* Ends an analysis of pipeline_remake. */
void pipeline_end_remake(struct pipeline *pipeline, struct analysis *analysis, enum remade_how how);

/* called by result_queue.h */
void pipeline_take_room(void *pipeline);

#endif
