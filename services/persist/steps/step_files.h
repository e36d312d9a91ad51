/* step_files.h: steps that wrote into files outside the store: the labels of items. Only a client can take such a step
 * back, because persist never opens the files of items. The fact labels_written of an item names the write. The loop's
 * thread. */
#ifndef LOOPHOLE_PERSIST_STEP_FILES_H
#define LOOPHOLE_PERSIST_STEP_FILES_H

#include "services/persist/turn/persist.h"

/* True if this row belongs to a step that wrote labels into files; sets `write` to the id of that write. */
bool step_files_wrote(const struct undo_step *row, struct id *write);

/* For a client that does not change files: refuses to undo (`back`: the newest steps down to step `to`; 0: the
 * newest alone) or to do again a step that wrote into files. Errors (explained): conflict, with
 * the field `files`. */
enum err step_files_check(struct persist *p, struct id scope, bool back, uint64_t to, struct fault *fault);

/* A client sees to the files of one step only: the first that is not undone, or not done. True if row `at` belongs to a
 * later step that wrote into files, after step *step was skipped. Sets *step to the step of the row. */
bool step_files_stop(struct persist *p, struct id scope, uint64_t at, uint64_t *step);

#endif
