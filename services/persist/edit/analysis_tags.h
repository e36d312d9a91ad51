/* analysis_tags.h: the tags that the analysis finds. They are facts ("tag:warm"), not tags of the item. To remove
 * such a tag, persist sets the person's own fact that denies it; to add the tag, persist clears that fact. The
 * loop's thread. */
#ifndef LOOPHOLE_PERSIST_ANALYSIS_TAGS_H
#define LOOPHOLE_PERSIST_ANALYSIS_TAGS_H

#include "services/persist/turn/persist.h"
#include "store/catalogue.h"

/* Adds the facts that represent the edit's tags to `said`, a copy of the edit. Its lists lie in p->arena. A fact that
 * the edit sets or clears itself has priority. Errors (explained): too_large (more than 64 facts in one edit), full,
 * internal. */
enum err analysis_tags_say(struct persist *p, const struct media *was, const struct edit *edit, struct edit *said,
                           struct fault *fault);

#endif
