/* analysis.h: what a worker found in a file becomes part of the catalogue. Facts by analysis, embedding and artefacts
 * belong to the content, so that copies share them; facts the file states of itself belong to the item. */
#ifndef LOOPHOLE_PERSIST_ANALYSIS_H
#define LOOPHOLE_PERSIST_ANALYSIS_H

#include "services/persist/turn/persist.h"

enum { FACTS_MOST = 1024 }; /* about one subject, as in schemas/persist.schema */

/* Nothing is done and `outcome->stale` is set: of a file that has changed since (size or mtime are not the item's), and
 * when a `done` brings no analysis and its content has none of this analyser: the file must be heard. What a newer
 * analyser said of the content stays, and so does what persons and composer say. An analysis without facts leaves those
 * of its content as they are. The files of large artefacts are durable already (artefact_writer.h). Errors: not_found,
 * bad_request, too_large, busy (a large artefact whose file was not made: ask again). */
enum err analysis_put(struct persist *p, const struct analysed *analysed, struct outcome *outcome, struct fault *fault);

#endif
