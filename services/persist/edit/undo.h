/* undo.h: takes edits of the stack (undo_stack.h) back, and does them again. */
#ifndef LOOPHOLE_PERSIST_UNDO_H
#define LOOPHOLE_PERSIST_UNDO_H

#include "services/persist/turn/persist.h"

/* Takes the newest standing step back (`back`), or does the oldest of those taken back again. Steps whose media item is
 * gone are passed over; when the turn is over first, `*is_cut` is true and the next call goes on. Errors: not_found
 * (there is none). */
enum err undo_take(struct persist *p, bool back, bool *is_cut, struct done *done, struct fault *fault);

/* The same for a call, in parts if need be (multipart.h). Errors (explained): not_found, full, busy. */
enum err undo_begin(struct persist *p, struct call *call, bool back, struct done *answer);

#endif
