/* supervisor.h: all services together: the board, the bell, and a check of every child ten times a second.
 *
 * The supervisor has no state that its services depend on. If it is killed, they keep running, and its successor finds
 * them on the board. If it is asked to stop, it stops them all. */
#ifndef LOOPHOLE_SUPERVISOR_SUPERVISOR_H
#define LOOPHOLE_SUPERVISOR_SUPERVISOR_H

#include "supervisor/state.h"

/* Reads the configuration, makes the board and the bell, adopts or starts all services. After an error, which is
 * logged, the service is asked to stop with its exit code, and supervisor_shut has nothing to do. `argv` stays
 * valid. */
void supervisor_open(struct supervisor *supervisor, struct service *service, char **argv);

/* Called after the loop: stops all services in reverse order, and removes board and bell. */
void supervisor_shut(struct supervisor *supervisor);

/* Starts clients of JACK again, because the server changed. */
void supervisor_move_clients(struct supervisor *supervisor);

#endif
