/* undo_operation.h: undoes one operation of a step, or does it again. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_UNDO_OPERATION_H
#define LOOPHOLE_PERSIST_UNDO_OPERATION_H

#include "services/persist/turn/persist.h"

/* Takes back the operation with that number of the scope's stack (`back`), or does it again, in the open turn. Counts
 * it in `taken`. If its item is gone, counts that and does nothing. Errors (explained): those of the operation. */
enum err undo_operation_take(struct persist *p, struct id scope, uint64_t number, bool back, struct taken_back *taken,
                             struct fault *fault);

#endif
