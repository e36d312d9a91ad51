/* analyse.h: analyses one file: its kind, content hash, tags, format, and the facts that its sound gives. One
 * thread. */
#ifndef LOOPHOLE_WORKER_ANALYSE_H
#define LOOPHOLE_WORKER_ANALYSE_H

#include "common/arena.h"
#include "schema_worker.h"

struct analyser;

struct analyser *analyser_new(void); /* NULL: the compiled-in model has another layout. The caller frees it. */
void analyser_free(struct analyser *analyser); /* NULL is allowed */

/* Does `job` on the open descriptor `fd`, which stays the caller's; -1 counts as a file that cannot be read. Fills the
 * zeroed `result`. Its lists and texts live in `arena` and in the analyser until the next job. An error of the file is
 * part of the result. */
void analyse(struct analyser *analyser, const struct job *job, int fd, struct arena *arena, struct result *result);

#endif
