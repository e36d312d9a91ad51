/* deed_action.h: the actions with which a deed changes the parts of a project (persist.apply). Pure. */
#ifndef LOOPHOLE_PROJECT_DEED_ACTION_H
#define LOOPHOLE_PROJECT_DEED_ACTION_H

#include "proto/wire/tree.h"
#include "schema_persist.h"
#include "services/project/parts/parts.h"

/* Puts an element. It fails with a conflict unless the element has the revision `expect`; 0: unless it does not exist.
 * `body` must live as long as the action. */
struct action deed_put_action(int32_t kind, struct id project, struct id id, struct text body, uint64_t expect);
struct action deed_remove_action(const struct element *part); /* unless it has another revision by then */
/* Puts the keys of the object `keys`, and no others: undo gives back these alone. A null removes a key. */
struct action deed_keys_action(int32_t kind, struct id project, struct id id, struct text keys);
struct action deed_apart(struct action action);     /* without a step of undo */
struct action deed_unchecked(struct action action); /* whatever revision is there */

/* Puts the place of a project over the one that `txn` shows. */
struct action deed_place(struct arena *arena, struct id project, struct tree place, struct txn *txn);

/* Makes the project the open one. */
struct action deed_open_it(struct arena *arena, struct id project);

/* The same for a project that is made, or that gets another name: a conflict if another one was opened, made or renamed
 * since `txn`. So no two of them find the same name or folder free. */
struct action deed_open_alone(struct arena *arena, struct id project, struct txn *txn);

/* The same for a project that undo may remove: the undo then opens the project that is open now. */
struct action deed_open_imported(struct arena *arena, struct id project, struct txn *txn);

/* Returns those of `due`, the actions that make a project, that are left to do: all, or fewer if a death interrupted
 * them before. Then parts that are not due, or of another kind, are removed before them. The first of `due` puts the
 * row of the project, which comes before all. */
struct action_list deed_left_to_do(struct txn *txn, struct arena *arena, struct id project, struct action_list due);

#endif
