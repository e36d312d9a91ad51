/* long_apply.h: an apply with more work than one commit may have, in parts with a commit each: one request, one label,
 * one step of the undo stack, one answer at the end. Other clients have their turns between two parts. The loop's
 * thread.
 *
 *   long_apply_begin ─► parts: actions, progress under the request id, commit ─► last part: answer
 *
 * - After a death of persist, the request that is sent again continues after the last commit. The work continues when
 *   its client is gone.
 * - When an action fails, or a person cancels the task, the actions before it stay. Undo reverts them.
 * - When another change of the scope comes between two parts, the next part begins a step of its own, with the same
 *   label. */
#ifndef LOOPHOLE_PERSIST_LONG_APPLY_H
#define LOOPHOLE_PERSIST_LONG_APPLY_H

#include "services/persist/turn/persist.h"

/* Answers or defers the call. Errors (explained): those of apply_some, busy. */
enum err long_apply_begin(struct persist *p, struct call *call, const struct persist_apply *ask,
                          struct applied *answer);

/* Adds the work in progress to `tasks`, which has room (multipart_count); counted in actions. */
void long_apply_list_tasks(const struct persist *p, struct arena *arena, struct task_list *tasks);

/* The task ends after its current part. Errors (explained): not_found. */
enum err long_apply_cancel(struct persist *p, struct id task);

#endif
