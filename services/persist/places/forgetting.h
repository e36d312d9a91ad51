/* forgetting.h: forgets all items below a folder when a person removes a library, and brings them back when a person
 * adds it again or takes the removal back. A library may be large, so this is done in parts (multipart.h):
 *
 *   forget_library ─► library's row removed, undo step, row `forgetting` ─► items forgotten ─► row removed, answer
 *
 * The row of DB_META keeps the work through a death: persist continues it without its client. Work that forgets leaves
 * out a folder that lies in a library again, and work that brings back leaves out a folder that does not. */
#ifndef LOOPHOLE_PERSIST_FORGETTING_H
#define LOOPHOLE_PERSIST_FORGETTING_H

#include "schema_service.h"
#include "services/persist/turn/persist.h"

/* Begin the work of a call, or join that of a repeated request. Errors (explained): not_found, busy, full. */
enum err forgetting_begin_library(struct persist *p, struct call *call, struct id folder);
enum err forgetting_begin_recall(struct persist *p, struct call *call, struct id folder);

/* Takes back the removal of a library that is a step of the undo stack, or does it again: puts or removes the
 * library's row in the open turn. forgetting_continue does the rest. Errors (explained): not_found (its folder is
 * gone), those of the store. */
enum err forgetting_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                         struct fault *fault);

/* Begins the work of all rows that have none in progress, with its first part in the open turn. */
enum err forgetting_continue(struct persist *p);

/* Calls forgetting_continue soon: after an opening of the store, and after a turn that was undone. */
void forgetting_resume(struct persist *p);

/* Lists the work in progress as tasks, counted in folders. */
void forgetting_list_tasks(const struct persist *p, struct arena *arena, struct task_list *tasks);

#endif
