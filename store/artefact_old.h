/* artefact_old.h: artefacts as versions before artefact.schema wrote them: four letters, then packed numbers. Rows and
 * files keep them until their sound is analysed again; each reading converts them. The only file that knows those
 * layouts. Any thread. */
#ifndef LOOPHOLE_STORE_ARTEFACT_OLD_H
#define LOOPHOLE_STORE_ARTEFACT_OLD_H

#include "common/arena.h"
#include "common/err.h"

/* Puts the record of the schema in place of `data`, in the arena, when `data` has an old layout; other data stays as it
 * is. Errors: not_found (it is damaged: to be made again), full. */
enum err artefact_convert_old(struct text type, struct arena *arena, struct bytes *data);

#endif
