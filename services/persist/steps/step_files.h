/* step_files.h: steps that wrote into files outside the store: the labels of items. Only a client can take such a step
 * back, because persist never opens the files of items. The fact labels_written of an item names the write. The loop's
 * thread. */
#ifndef LOOPHOLE_PERSIST_STEP_FILES_H
#define LOOPHOLE_PERSIST_STEP_FILES_H

#include "services/persist/turn/persist.h"

/* True if this row is of such a step. */
bool step_files_wrote(const struct undo_step *row, struct id *write);

/* Refuses with conflict what a client that leaves files alone cannot take back (`back`: the newest steps, from step
 * `to`, 0: one) or do again. */
enum err step_files_check(struct persist *p, struct id scope, bool back, uint64_t to, struct fault *fault);

#endif
