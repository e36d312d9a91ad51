/* folder_copy.h: a copy of a project's folder at another state, beside the folder that the project has. Opening it
 * would write the current project over the copy. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_FOLDER_COPY_H
#define LOOPHOLE_PROJECT_FOLDER_COPY_H

#include "services/project/deeds/work.h"

/* For a `plan`, after the project.json of `work->folder` was read. If `work->is_sent`, a thread looks whether the
 * project's own folder is there, and the plan is made again. Uses `work->own`. Errors (explained): conflict (it is). */
enum err folder_copy_check(struct doing *work, struct txn *txn, struct fault *fault);

#endif
