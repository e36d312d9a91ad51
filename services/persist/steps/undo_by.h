/* undo_by.h: undoes the newest step of one client, also after steps of others. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_UNDO_BY_H
#define LOOPHOLE_PERSIST_UNDO_BY_H

#include "services/persist/turn/persist.h"

/* Undoes the newest done step of the catalogue that the client `by` made (empty: a client without a name), alone
 * (undo_take_alone). Skips steps whose items are all gone. Errors (explained): not_found (there is none), conflict (a
 * later step changed one of its items, also if it is undone, because redo would do it again; or the step wrote into
 * files, or is half undone), and those of undo_take_alone. */
enum err undo_take_by(struct persist *p, struct text by, struct taken_back *taken, struct fault *fault);

#endif
