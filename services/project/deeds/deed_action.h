/* deed_action.h: the actions with which a deed changes the parts of a project (persist.apply). Pure. */
#ifndef LOOPHOLE_PROJECT_DEED_ACTION_H
#define LOOPHOLE_PROJECT_DEED_ACTION_H

#include "proto/wire/tree.h"
#include "schema_persist.h"
#include "services/project/parts/parts.h"

/* Puts an element. It fails with a conflict unless the element has the revision `expect`; 0: unless it does not exist.
 * The caller clears `has_body` to remove it instead. `body` must live as long as the action. */
struct action deed_put_action(int32_t kind, struct id project, struct id id, struct text body, uint64_t expect);
struct action deed_apart(struct action action); /* without a step of undo */

/* Puts the place of a project over the one that `txn` shows. */
struct action deed_place(struct arena *arena, struct id project, struct tree place, struct txn *txn);

/* Makes the project the open one. */
struct action deed_open_it(struct arena *arena, struct id project);

/* The same for a project that is made, or that gets another name: a conflict if another one was opened, made or renamed
 * since `txn`. So no two of them find the same name or folder free. */
struct action deed_open_alone(struct arena *arena, struct id project, struct txn *txn);

/* Removes the actions that put what `txn` shows, and lets the others expect what it shows: for a project that a death
 * left half made. Returns their number. */
uint32_t deed_leave_undone(struct txn *txn, struct arena *arena, struct action *actions, uint32_t count);

#endif
