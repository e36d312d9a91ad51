/* action.h: the actions with which a handler changes the parts of a project (persist.apply). Pure. */
#ifndef LOOPHOLE_PROJECT_ACTION_H
#define LOOPHOLE_PROJECT_ACTION_H

#include "proto/wire/tree.h"
#include "schema_persist.h"
#include "services/project/parts/parts.h"

/* Puts an element. It fails with a conflict unless the element has the revision `expect`; 0: unless it does not exist.
 * `body` must live as long as the action. */
struct action action_put(int32_t kind, struct id project, struct id id, struct text body, uint64_t expect);
struct action action_remove(const struct element *part); /* unless it has another revision by then */
/* Puts the keys of the object `keys`, and no others: undo gives back these alone. A null removes a key. */
struct action action_keys(int32_t kind, struct id project, struct id id, struct text keys);
struct action action_without_step(struct action action); /* without a step of undo */
struct action action_unchecked(struct action action);    /* whatever revision is there */

/* Puts the place of a project over the one that `txn` shows. */
struct action action_place(struct arena *arena, struct id project, struct tree place, struct txn *txn);

/* Makes the project the open one. */
struct action action_open(struct arena *arena, struct id project);

/* The same for a project that is made, or that gets another name: a conflict if another one was opened, made or renamed
 * since `txn`. So no two of them find the same name or folder free. */
struct action action_open_alone(struct arena *arena, struct id project, struct txn *txn);

/* The same for a project that undo may remove: the undo then opens the project that is open now. */
struct action action_open_imported(struct arena *arena, struct id project, struct txn *txn);

/* Returns those of `due`, the actions that make a project, that are left to do: all, or fewer if a death interrupted
 * them before. Then parts that are not due, or of another kind, are removed before them. The first of `due` puts the
 * row of the project, which comes before all. */
struct action_list action_left_to_do(struct txn *txn, struct arena *arena, struct id project, struct action_list due);

#endif
