/* asks.h: the asks to the supervisor. */
#ifndef LOOPHOLE_SUPERVISOR_ASKS_H
#define LOOPHOLE_SUPERVISOR_ASKS_H

#include "supervisor/supervisor.h"

void supervisor_report(void *state, struct arena *arena, struct service_status *to); /* its alarm */
extern const struct supervisor_handlers supervisor_handlers;

#endif
