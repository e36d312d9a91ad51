/* remade.h: artefacts of a content that were lost and made again. persist writes only the rows and files of artefacts:
 * no fact, no item, no row of the change log. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_REMADE_H
#define LOOPHOLE_PERSIST_REMADE_H

#include "services/persist/turn/persist.h"

/* Stores the artefacts of a content in the open turn. `remade` contains every artefact that the analysis makes of this
 * content. So rows of other types are removed: nothing would ever make their files again. The files of large artefacts
 * must be durable already (artefact_writer.h). Errors: not_found (no item has this content), bad_request. */
enum err remade_put(struct persist *p, const struct remade *remade, struct outcome *outcome, struct fault *fault);

#endif
