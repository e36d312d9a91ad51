/* put_back.h: writes data.mdb again after a person removed it while a writer has it open. Its content exists as long as
 * a process has it open, but later writes to it would be lost. So a child process writes it again under its name. One
 * thread.
 *
 *   the writer      writes no more, and closes the store after put_back_start
 *   the child       has the old file and the writer's lock, so no other writer makes an empty store meanwhile. It
 *                   outlives the writer. While the disk fails it tries again each second. It ends when data.mdb exists,
 *                   or when the store's folder is gone. */
#ifndef LOOPHOLE_STORE_PUT_BACK_H
#define LOOPHOLE_STORE_PUT_BACK_H

#include <sys/types.h>

#include "store/store.h"

/* True if the store's folder exists and data.mdb does not. */
bool put_back_is_due(const struct store *store);

/* Starts the child; no transaction may be open. Errors: full (no process). */
enum err put_back_start(const struct store *store, pid_t *child, struct fault *fault);

/* False after the child's end; *child is then 0. */
bool put_back_goes_on(pid_t *child);

#endif
