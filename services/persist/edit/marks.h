/* marks.h: pairs of items that a person marked as not alike. A mark is a fact of the person's own about one of the two
 * (fact_name.h). */
#ifndef LOOPHOLE_PERSIST_MARKS_H
#define LOOPHOLE_PERSIST_MARKS_H

#include "services/persist/turn/persist.h"

/* Adds the facts that the edit's add_unlike and remove_unlike mean to `said`, a copy of the edit; lists lie in
 * p->arena. An item that is both added and removed stays marked. Errors (explained): bad_request (the item itself),
 * not_found (add_unlike), too_large (more than 64 facts at once), full, internal. */
enum err marks_say(struct persist *p, const struct edit *edit, struct edit *said, struct fault *fault);

#endif
