/* steps_list.h: lists the steps of a scope, the newest first, from a read transaction. The lists lie in the arena. Each
 * function reads for a few milliseconds at most: the list can be shorter than asked for, but has at least one line if
 * there is a step. Errors: internal, full. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_STEPS_LIST_H
#define LOOPHOLE_PERSIST_STEPS_LIST_H

#include "common/arena.h"
#include "schema_persist.h"
#include "store/store.h"

struct step_range {
    struct id scope;
    uint64_t before; /* lists steps before this one; 0: from the newest */
    uint64_t limit;
};

/* All steps of a scope, or the followed moves. */
enum err steps_list(struct txn *txn, struct arena *arena, const struct step_range *range, struct step_line_list *to);
enum err steps_list_moves(struct txn *txn, struct arena *arena, const struct step_range *range,
                          struct move_line_list *to);

#endif
