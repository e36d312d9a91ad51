/* supervisor.h: all services together: the board, the doorbell, the look at every child ten times a second.
 *
 * The supervisor holds no state that its services depend on: killed, it leaves them running, and its successor finds
 * them on the board and goes on. Asked to stop, it stops them all. */
#ifndef LOOPHOLE_SUPERVISOR_SUPERVISOR_H
#define LOOPHOLE_SUPERVISOR_SUPERVISOR_H

#include "supervisor/state.h"

/* Reads the configuration, makes the board and the bell, adopts and starts all services. On an error, logged, the
 * service is asked to stop with its exit code, and supervisor_shut has nothing to do. */
void supervisor_open(struct supervisor *supervisor, struct service *service);

/* After the loop: stops all services in the reverse order, removes board and bell. */
void supervisor_shut(struct supervisor *supervisor);

/* Clients of JACK start again: they would find another server now. */
void supervisor_move_clients(struct supervisor *supervisor);

void supervisor_tell(void *state, struct arena *arena, struct service_status *to); /* its alarm */

extern const struct supervisor_handlers supervisor_handlers;

#endif
