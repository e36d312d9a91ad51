/* open.h: opens and closes the store, and says how the service is. */
#ifndef LOOPHOLE_PERSIST_OPEN_H
#define LOOPHOLE_PERSIST_OPEN_H

#include "services/persist/turn/persist.h"

/* Opens the store, migrating it if needed. If the disk is at fault, raises the alarm and tries again every second. If a
 * person must act (a newer store, a network file system, another writer), ends the process with a message. */
void persist_open(struct persist *p);
void persist_close(struct persist *p);

/* The functions that persist_open registers with the turn. Exported for unit tests, which open a store of their own. */
extern const struct turn_hooks persist_hooks;

/* Fills in `status`. */
void persist_report(void *state, struct arena *arena, struct service_status *to);

/* Ends a task: a long apply. Errors (explained): not_found. */
enum err persist_cancel(void *state, struct id task, struct fault *fault);

#endif
