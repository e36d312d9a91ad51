/* marks.h: pairs of items that a person marked as not alike. A mark is a fact of source `user` about one of the two
 * items (fact_name.h). The loop's thread. */
#ifndef LOOPHOLE_PERSIST_MARKS_H
#define LOOPHOLE_PERSIST_MARKS_H

#include "services/persist/turn/persist.h"

/* Adds the facts for the edit's add_unlike and remove_unlike to `said`, a copy of the edit. Its lists lie in p->arena.
 * A pair that the edit both adds and removes stays marked. Errors (explained): bad_request (the item itself), not_found
 * (add_unlike), too_large (more than 64 facts in one edit), full, internal. */
enum err marks_say(struct persist *p, const struct edit *edit, struct edit *said, struct fault *fault);

#endif
