/* forgetting.h: forgets all items below a folder when a person removes a library. Brings the items back when a person
 * adds the library again, or undoes its removal. A library may be large, so the work has parts (multipart.h):
 *
 *   forget_library ─► library's row removed, undo step, row `forgetting` ─► items forgotten ─► row removed, answer
 *
 * The row `forgetting` of DB_META survives a death: the next persist continues the work, without the client. Work that
 * forgets items skips a folder that has become part of a library again. Work that brings items back skips a folder that
 * is part of no library.
 *
 * The loop's thread. */
#ifndef LOOPHOLE_PERSIST_FORGETTING_H
#define LOOPHOLE_PERSIST_FORGETTING_H

#include "schema_service.h"
#include "services/persist/turn/persist.h"

/* Begin the work of a call, or join that of a repeated request. Errors (explained): not_found, busy, full. */
enum err forgetting_begin_library(struct persist *p, struct call *call, struct id folder);
enum err forgetting_begin_recall(struct persist *p, struct call *call, struct id folder);

/* Undoes (`back`) or repeats the removal of a library, which is a step of the undo stack: puts or removes the row of
 * the library in the open turn. forgetting_continue does the rest. Errors (explained): not_found (its folder is gone),
 * those of the store. */
enum err forgetting_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                         struct fault *fault);

/* Begins the work of each row whose work is not in progress. The first part runs in the open turn. A row whose work
 * fails stays, and keeps no other row from its work. Errors: the first one of any row; the turn is good unless it is
 * broken. */
enum err forgetting_continue(struct persist *p);

/* Makes the service call forgetting_continue: soon, or a second after a turn that failed. Call it after opening the
 * store, and after undoing a turn. */
void forgetting_resume(struct persist *p);

/* Adds the work in progress to `tasks`, which has room (multipart_count); counted in folders. */
void forgetting_list_tasks(const struct persist *p, struct task_list *tasks);

#endif
