/* artefact_old.h: artefacts in the layouts before artefact.schema: four letters, then packed numbers. Rows and files
 * keep them until their sound is analysed again; each reading converts them. No other file knows those layouts. Any
 * thread. */
#ifndef LOOPHOLE_STORE_ARTEFACT_OLD_H
#define LOOPHOLE_STORE_ARTEFACT_OLD_H

#include "common/arena.h"
#include "common/err.h"

/* Replaces `data` in an old layout by the record of the schema, in the arena; leaves other data unchanged. Errors:
 * not_found (damaged: to be made again), full. */
enum err artefact_convert_old(struct text type, struct arena *arena, struct bytes *data);

#endif
