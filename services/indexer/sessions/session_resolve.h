/* session_resolve.h: finds the items to which sessions refer: at the absolute path; relative to the session; else by
 * the file's name, with its size or length where the session has them. If several items fit, none is chosen, and they
 * are listed. One walk over all places serves several sessions. Any thread. */
#ifndef LOOPHOLE_INDEXER_SESSION_RESOLVE_H
#define LOOPHOLE_INDEXER_SESSION_RESOLVE_H

#include "common/process/errand.h"
#include "services/indexer/base/catalogue_reader.h"

enum { SESSION_CANDIDATES = 8 };

/* Sets state, media and candidates of all references. Their lists get memory from `arena`. `*changed` of each session
 * is set if something differs from before. Errors: timeout (the errand must end), those of catalogue_reader.h. */
enum err session_resolve(struct errand *errand, struct catalogue_reader *catalogue, struct arena *arena,
                         struct session *sessions, bool *changed, uint32_t count);

#endif
