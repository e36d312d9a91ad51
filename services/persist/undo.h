/* undo.h: the stack of edits, each kept as two edits: one that takes it back and one that does it again. */
#ifndef LOOPHOLE_PERSIST_UNDO_H
#define LOOPHOLE_PERSIST_UNDO_H

#include "services/persist/persist.h"

enum { UNDO_STEPS = 10000 }; /* kept; the oldest goes */

/* The pointers of this transaction, from the store and back. */
enum err undo_load(struct persist *p);
enum err undo_save(struct persist *p);

/* A new step; steps that were taken back are dropped. */
enum err undo_push(struct persist *p, const struct edit *before, const struct edit *after);

/* Takes the newest standing step back, or does the oldest of those taken back again. Steps whose media item is gone
 * are passed over. Errors: not_found (there is none). */
enum err undo_back(struct persist *p, struct done *done, struct fault *fault);
enum err undo_again(struct persist *p, struct done *done, struct fault *fault);

#endif
