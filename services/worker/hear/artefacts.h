/* artefacts.h: the overviews of a sound that front-ends draw, as records of schemas/artefact.schema. */
#ifndef LOOPHOLE_WORKER_HEAR_ARTEFACTS_H
#define LOOPHOLE_WORKER_HEAR_ARTEFACTS_H

#include "common/arena.h"
#include "common/buffer.h"
#include "services/worker/hear/hear.h"

struct artefacts {
    struct arena arena;    /* of one record */
    struct buffer encoded; /* all of them */
};

/* Fills out->artefact from the finished parts, which points into `artefacts`. Errors: those of
 * codec_encode. */
enum err artefacts_make(struct artefacts *artefacts, const struct hear *hear, struct heard_sound *out);
void artefacts_free(struct artefacts *artefacts);

#endif
