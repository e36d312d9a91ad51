/* undo.h: undoes the steps of a scope (undo_stack.h), and does them again. A step is undone as a whole or not at all.
 * Both skip an operation whose item has left the catalogue, and one on a global kit that another member of the team or
 * another client changed since, and count it. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_UNDO_H
#define LOOPHOLE_PERSIST_UNDO_H

#include "services/persist/turn/persist.h"

/* Undoes the newest done step (`back`), or does the oldest undone step again. Skips steps whose items are all gone (but
 * does nothing else after one that it skipped because its kit was changed since),
 * but stops before a further step that wrote into files (step_files.h): then `taken` has only the skipped ones.
 * Sets *is_cut if rows are left, because the turn is over or the step is larger than one apply: the next call
 * continues. Errors (explained): not_found (no such step), conflict and exists (the step cannot be undone or done now;
 * the fault has the reason), too_large. */
enum err undo_take(struct persist *p, struct id scope, bool back, bool *is_cut, struct taken_back *taken,
                   struct fault *fault);

/* As undo_take; `taken` has the counts of the step's earlier parts, or is zero. */
enum err undo_take_next(struct persist *p, struct id scope, bool back, bool *is_cut, struct taken_back *taken,
                        struct fault *fault);

/* Undoes step `to` and all later ones, together or not at all. Errors (explained): not_found (an unknown step, or one
 * that is no longer kept), conflict (the step is undone already, cannot be undone now, or has no items any more),
 * too_large. */
enum err undo_take_to(struct persist *p, struct id scope, uint64_t to, struct taken_back *taken, struct fault *fault);

/* Undoes the rows of one done step, whatever steps came after it, and marks them: undo and redo of other steps skip
 * them. The caller has checked that no later step depends on it. A step is not divided. Errors: as undo_take_to. */
enum err undo_take_alone(struct persist *p, struct id scope, uint64_t first, uint64_t last, struct taken_back *taken,
                         struct fault *fault);

/* Undoes this step alone, which must be a followed move. No scan follows that move again. Errors: as undo_take_to. */
enum err undo_take_only(struct persist *p, uint64_t step, struct taken_back *taken, struct fault *fault);

#endif
