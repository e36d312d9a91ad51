/* analysis.h: adds a worker's results about a file to the catalogue. The analysis' facts, embedding and artefacts
 * belong to the content, so copies of a file share them. The facts that the file itself contains belong to the item. */
#ifndef LOOPHOLE_PERSIST_ANALYSIS_H
#define LOOPHOLE_PERSIST_ANALYSIS_H

#include "services/persist/turn/persist.h"

enum { FACTS_MOST = 1024 }; /* about one subject, as in schemas/persist.schema */

/* Stores an analysis in the open turn. It does nothing and sets `outcome->stale` in two cases. The file has changed
 * since the analysis: its size or a time is not the item's. Or a `done` brings no analysis and its content has no facts
 * of this analyser: the file must be analysed. The results of a newer analyser stay, and so do the facts of persons and
 * composer. An analysis without facts leaves the facts of its content unchanged. The files of large artefacts must be
 * durable already (artefact_writer.h). Errors: not_found, bad_request, too_large, busy (the file of a large artefact
 * was not written: ask again). */
enum err analysis_put(struct persist *p, const struct analysed *analysed, struct outcome *outcome, struct fault *fault);

#endif
