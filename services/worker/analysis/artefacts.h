/* artefacts.h: the overviews of a sound that front-ends draw, as records of schemas/artefact.schema. One thread. */
#ifndef LOOPHOLE_WORKER_HEAR_ARTEFACTS_H
#define LOOPHOLE_WORKER_HEAR_ARTEFACTS_H

#include "services/worker/analysis/heard.h"

struct artefacts;
struct hear;

/* Encodes the artefacts of the finished `hear` and points out->artefact to them; they live in `artefacts` until its
 * next use. Errors: those of codec_encode. */
enum err artefacts_make(struct artefacts *artefacts, const struct hear *hear, struct heard_sound *out);
void artefacts_free(struct artefacts *artefacts);

#endif
