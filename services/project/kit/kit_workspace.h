/* kit_workspace.h: which kit is loaded on the pads of a project, and the pads that a lock holds: a row of the project
 * that is not in its file. Undo of a load brings the row before it back. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_KIT_WORKSPACE_H
#define LOOPHOLE_PROJECT_KIT_WORKSPACE_H

#include "schema_kit.h"
#include "services/project/handlers/work.h"

/* The layout in which surfaces show the pads: 4 or 8 pads in a row. */
enum { LAYOUT_SMALL = 4, LAYOUT_LARGE = 8 };
uint64_t kit_workspace_layout(struct txn *txn, struct arena *arena, struct id project);
extern const struct handler kit_handler_layout; /* of the ask set_layout */

struct loaded_kit kit_workspace_read(struct txn *txn, struct arena *arena, struct id project);
struct action kit_workspace_put(struct arena *arena, struct id project, const struct loaded_kit *loaded);

/* The lock that holds a pad; NULL: none. */
const struct held_pad *kit_workspace_holds(const struct loaded_kit *loaded, uint64_t pad);

/* Fills in what a kit does not store: the placeholders, and `loaded` and `held` if it is loaded in the open project. */
void kit_workspace_states(struct txn *txn, struct arena *arena, struct kit *kit);

/* The kit that is loaded in the project of the work. Errors (explained): not_found; those of kit_body_read. */
enum err kit_workspace_kit(struct work *work, struct txn *txn, struct element *part, struct kit *to,
                           struct fault *fault);

#endif
