/* steps_list.h: the steps of a scope, the newest first, from a read transaction. What is listed lies in the arena. Each
 * reads for a few milliseconds at most: then the list is shorter than asked for, and has one line at least if there is
 * one. Errors: internal, full. */
#ifndef LOOPHOLE_PERSIST_STEPS_LIST_H
#define LOOPHOLE_PERSIST_STEPS_LIST_H

#include "common/arena.h"
#include "schema_persist.h"
#include "store/store.h"

struct step_range {
    struct id scope;
    uint64_t before; /* steps before this one; 0: from the newest */
    uint64_t limit;
};

enum err steps_list(struct txn *txn, struct arena *arena, const struct step_range *range, struct step_line_list *to);
enum err steps_list_moves(struct txn *txn, struct arena *arena, const struct step_range *range,
                          struct move_line_list *to);

#endif
