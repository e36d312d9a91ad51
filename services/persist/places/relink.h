/* relink.h: a person says which file is that of a missing item. The file has an item of its own, because a scan saw it:
 * the two items exchange their files, and the second one is forgotten. So the first keeps its id, tags and facts of a
 * person, nothing is lost, and undo exchanges the files again; the second one is forgotten then if it was before. The
 * loop's thread. */
#ifndef LOOPHOLE_PERSIST_RELINK_H
#define LOOPHOLE_PERSIST_RELINK_H

#include "services/persist/turn/persist.h"

/* Relinks in the open turn, and pushes the operation on the undo stack. Errors (explained): not_found (an item),
 * conflict (`id` is not missing, or `with` has no file; a take that is not final). */
enum err relink_items(struct persist *p, const struct relink *relink, struct done *done, struct fault *fault);

/* Takes a relink of the undo stack back, or does it again. Errors: not_found (an item). */
enum err relink_take(struct persist *p, const struct undo_step *row, bool back, struct done *done, struct fault *fault);

#endif
