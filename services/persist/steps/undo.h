/* undo.h: takes steps of a scope (undo_stack.h) back, and does them again. A step is taken whole or not at all; of
 * operations whose item is no longer in the catalogue nothing is left to do, and they are counted. */
#ifndef LOOPHOLE_PERSIST_UNDO_H
#define LOOPHOLE_PERSIST_UNDO_H

#include "services/persist/turn/persist.h"

/* Takes the newest step that is not taken back (`back`), or does the oldest that is taken back again. Steps whose items
 * are all gone are passed over; when the turn is over first, `*is_cut` is true and the next call goes on. Errors
 * (explained): not_found (there is none), conflict and exists (it cannot be taken any more; why), too_large. */
enum err undo_take(struct persist *p, struct id scope, bool back, bool *is_cut, struct taken_back *taken,
                   struct fault *fault);

/* Takes step `to` and all after it back, all or none. Errors (explained): not_found (unknown, or no longer kept),
 * conflict (it is taken back already; it cannot be taken any more; all its items are gone), too_large. */
enum err undo_take_to(struct persist *p, struct id scope, uint64_t to, struct taken_back *taken, struct fault *fault);

/* Takes this step alone back; it must be a followed move. No scan follows it again. Errors: as undo_take_to. */
enum err undo_take_only(struct persist *p, uint64_t step, struct taken_back *taken, struct fault *fault);

/* What a call asks, in parts if need be (multipart.h). Errors (explained): those above, bad_request, full, busy. */
enum err undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask, struct taken_back *answer);
enum err undo_begin_redo(struct persist *p, struct call *call, const struct persist_redo *ask,
                         struct taken_back *answer);

#endif
