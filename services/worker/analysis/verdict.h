/* verdict.h: decides which facts are stated about a sound, and with which confidence. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_VERDICT_H
#define LOOPHOLE_WORKER_ANALYSIS_VERDICT_H

#include "services/worker/analysis/findings.h"

struct sound_analysis;

/* Fills out->fact from `analysis`, which must be finished. An attribute that was not found is left out. */
void verdict_make(const struct sound_analysis *analysis, struct sound_findings *out);

#endif
