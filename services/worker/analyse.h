/* analyse.h: everything about one file: its kind, content hash, tags, format, and what is heard in it. One thread. */
#ifndef LOOPHOLE_WORKER_ANALYSE_H
#define LOOPHOLE_WORKER_ANALYSE_H

#include "common/arena.h"
#include "schema_worker.h"

struct analyser;

struct analyser *analyser_new(void); /* everything planned ahead; NULL when memory is out */
void analyser_free(struct analyser *analyser);

/* Does `job` on the open descriptor `fd` (the caller's; -1 is answered like any file that cannot be read) and fills
 * the zeroed `result`, whose lists and words live in `arena` and in the analyser until its next job. Whatever goes
 * wrong with the file is in the result. */
void analyse(struct analyser *analyser, const struct job *job, int fd, struct arena *arena, struct result *result);

#endif
