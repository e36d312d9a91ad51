/* put_back.h: a person removed data.mdb while a writer has it open. All of it is still there for as long as a process
 * has it open, and nothing that is written to it would last. So a child process writes it again under its name.
 *
 *   the writer      writes no more, and closes the store after put_back_start
 *   the child       has the old file and the writer's lock, so no other writer makes an empty store meanwhile. It
 *                   outlives the writer. It tries again each second while the disk refuses, and ends when the file
 *                   is there, when another one is, or when the store's folder is gone */
#ifndef LOOPHOLE_STORE_PUT_BACK_H
#define LOOPHOLE_STORE_PUT_BACK_H

#include <sys/types.h>

#include "store/store.h"

/* The store's folder is there, and data.mdb is not. */
bool put_back_is_due(const struct store *store);

/* No transaction is open. Errors: full (no process). */
enum err put_back_start(const struct store *store, pid_t *child, struct fault *fault);

/* False once the child has ended; *child is 0 then. */
bool put_back_goes_on(pid_t *child);

#endif
