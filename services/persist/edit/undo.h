/* undo.h: the stack of edits, each kept as two edits: one that takes it back and one that does it again. */
#ifndef LOOPHOLE_PERSIST_UNDO_H
#define LOOPHOLE_PERSIST_UNDO_H

#include "services/persist/turn/persist.h"

/* The pointers of this transaction, from the store and back. */
enum err undo_load(struct persist *p);
enum err undo_save(struct persist *p);

/* A new step. Steps that were taken back are gone with it; the next steps overwrite their rows. */
enum err undo_push(struct persist *p, const struct edit *before, const struct edit *after);

/* Takes the newest standing step back (`back`), or does the oldest of those taken back again. Steps whose media item is
 * gone are passed over; when the turn is over first, `*is_cut` is true and the next call goes on. Errors: not_found
 * (there is none). */
enum err undo_take(struct persist *p, bool back, bool *is_cut, struct done *done, struct fault *fault);

/* The same for a call, in parts if need be (multipart.h). Errors (explained): not_found, full, busy. */
enum err undo_begin(struct persist *p, struct call *call, bool back, struct done *answer);

#endif
