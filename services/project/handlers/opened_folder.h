/* opened_folder.h: the folder of a project that is opened. It may be a copy at another state, beside the folder that
 * the project has: opening it would write the current project over the copy. And links may lead out of it. The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_OPENED_FOLDER_H
#define LOOPHOLE_PROJECT_OPENED_FOLDER_H

#include "services/project/handlers/work.h"

/* For a `plan`, after the project.json of `work->folder` was read. If `work->is_sent`, a thread looks whether the
 * project's own folder is there, and the plan is made again. Uses `work->own`. Errors (explained): conflict (it is). */
enum err opened_folder_check(struct work *work, struct txn *txn, struct fault *fault);

/* Starts to read the project.json of the folder and to find the links out of it, after it trusts those that the ask of
 * `open` says. `patience`: microseconds. */
void opened_folder_read(struct work *work, struct text folder, usec_t patience);

/* Lists the first links that are not followed, and says where the project was if it was elsewhere. */
void opened_folder_fill(struct work *work, struct project_line *state);

#endif
