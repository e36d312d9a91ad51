/* absent.h: items of a project's file that no scan here has seen. They are missing from the start, with the ids that
 * the project has for them; when their file appears, a scan finds them by their place or their content. The loop's
 * thread. */
#ifndef LOOPHOLE_PERSIST_ABSENT_H
#define LOOPHOLE_PERSIST_ABSENT_H

#include "services/persist/turn/persist.h"

/* Adds those whose id is unknown. One whose path lies on no volume, or has a name that a folder cannot have, is left
 * out. Errors: those of the store. */
enum err absent_add(struct persist *p, const struct missing_item_list *each, struct done *done, struct fault *fault);

#endif
