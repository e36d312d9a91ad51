/* home.h: the engine's home is removed, moved, replaced, or its disk goes away and returns under the running engine. */
#ifndef LOOPHOLE_SUPERVISOR_HOME_H
#define LOOPHOLE_SUPERVISOR_HOME_H

#include "supervisor/state.h"

/* A look at both locks. False when nothing may be started now: the home is gone, and the engine ends in order; or its
 * disk is away, which is waited for, with an alarm. A disk that is back holds other locks than the supervisor has: it
 * ends with `io`, and its successor, started by the keeper, takes them and replaces what cannot be reached. */
bool home_look(struct supervisor *supervisor);

#endif
