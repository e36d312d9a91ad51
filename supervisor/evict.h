/* evict.h: ends a process that has a service's lock and that the supervisor does not watch: it answers as that service,
 * and is not on the board, or the settings do not want it. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_EVICT_H
#define LOOPHOLE_SUPERVISOR_EVICT_H

#include "common/clock.h"
#include "common/paths.h"
#include "supervisor/table.h"

/* After 2 s of `blocked` sends SIGTERM to the holder, after 7 s SIGKILL. Only to a process that runs the row's program
 * and whose pid is in the lock's file. */
void evict_holder(const struct paths *paths, const struct table_row *row, usec_t blocked);

/* Ends the holder now, if there is one, with SIGKILL after 5 s, and waits until the lock is free; gives up after 10
 * s. */
void evict_now(const struct paths *paths, const struct table_row *row);

#endif
