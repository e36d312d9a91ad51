/* undo.h: takes back steps of a scope (undo_stack.h), and does them again. A step is taken back whole or not at all. An
 * operation whose item has left the catalogue is skipped and counted. */
#ifndef LOOPHOLE_PERSIST_UNDO_H
#define LOOPHOLE_PERSIST_UNDO_H

#include "services/persist/turn/persist.h"

/* Takes back (`back`) the newest step that is done, or does the oldest step again that was taken back. Skips steps
 * whose items are all gone. If the turn is over during that, or if the step is larger than one apply and rows of it are
 * left, `*is_cut` is true and the next call continues. Errors
 * (explained): not_found (no such step), conflict and exists (the step cannot be taken back or done now; the fault says
 * why), too_large. */
enum err undo_take(struct persist *p, struct id scope, bool back, bool *is_cut, struct taken_back *taken,
                   struct fault *fault);

/* Takes back step `to` and all later ones, together or not at all. Errors (explained): not_found (unknown, or no longer
 * kept), conflict (already taken back; cannot be taken back now; all its items are gone), too_large. */
enum err undo_take_to(struct persist *p, struct id scope, uint64_t to, struct taken_back *taken, struct fault *fault);

/* Takes back this step alone; it must be a followed move. Scans do not follow it again. Errors: as undo_take_to. */
enum err undo_take_only(struct persist *p, uint64_t step, struct taken_back *taken, struct fault *fault);

/* Answer a call, in parts if needed (multipart.h). Errors (explained): those above, bad_request, full, busy. */
enum err undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask, struct taken_back *answer);
enum err undo_begin_redo(struct persist *p, struct call *call, const struct persist_redo *ask,
                         struct taken_back *answer);

#endif
