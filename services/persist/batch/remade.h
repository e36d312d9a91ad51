/* remade.h: artefacts of a content that were lost and made again. Rows and files of artefacts are written and nothing
 * else: no fact, no item, no line of the change log. */
#ifndef LOOPHOLE_PERSIST_REMADE_H
#define LOOPHOLE_PERSIST_REMADE_H

#include "services/persist/turn/persist.h"

/* `remade` is all that the analysis makes of this content: rows of other types are removed, so that none waits for a
 * file that nothing makes any more. The files of large artefacts are durable already (artefact_writer.h). Errors:
 * not_found (no item has this content), bad_request. */
enum err remade_put(struct persist *p, const struct remade *remade, struct outcome *outcome, struct fault *fault);

#endif
