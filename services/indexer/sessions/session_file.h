/* session_file.h: has one session file read by a worker of its own, in its sandbox. It touches the file system and
 * waits, so call it in an errand. Any thread. */
#ifndef LOOPHOLE_INDEXER_SESSION_FILE_H
#define LOOPHOLE_INDEXER_SESSION_FILE_H

#include "common/arena.h"
#include "common/paths.h"
#include "common/process/errand.h"
#include "schema_worker.h"

/* True for a name of a session file: .ardour .rpp .mmp .mmpz .h2song .als. */
bool session_file_is(struct bytes name);

/* True for a copy that its program made by itself: it is no context of its own. */
bool session_file_is_backup(struct bytes path);

/* Reads `path`. `to` lies in the arena; `failure` of it says why a file cannot be read. A worker that dies or does not
 * answer within 60 s is such a failure. Errors: io (no worker can be started), timeout (the errand must end). */
enum err session_file_read(struct errand *errand, const struct paths *paths, const char *path, struct arena *arena,
                           struct session_read *to, struct fault *fault);

#endif
