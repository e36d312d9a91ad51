/* undo_stack.h: the stack of edits, each kept as two edits: one that takes it back and one that does it again. */
#ifndef LOOPHOLE_PERSIST_UNDO_STACK_H
#define LOOPHOLE_PERSIST_UNDO_STACK_H

#include "services/persist/turn/persist.h"

/* The pointers of this transaction, from the store and back. */
enum err undo_load(struct persist *p);
enum err undo_save(struct persist *p);

/* A new step. Steps that were taken back are gone with it; the next steps overwrite their rows. */
enum err undo_push(struct persist *p, const struct edit *before, const struct edit *after);

#endif
