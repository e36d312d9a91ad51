/* artefacts.h: the overviews of a sound that front-ends draw, as records of schemas/artefact.schema. One thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_ARTEFACTS_H
#define LOOPHOLE_WORKER_ANALYSIS_ARTEFACTS_H

#include "services/worker/analysis/findings.h"

struct artefacts;
struct sound_analysis;

/* Encodes the artefacts of the finished `analysis` and points out->artefact to them; they live in `artefacts` until its
 * next use. Errors: those of codec_encode. */
enum err artefacts_make(struct artefacts *artefacts, const struct sound_analysis *analysis, struct sound_findings *out);
void artefacts_free(struct artefacts *artefacts);

#endif
