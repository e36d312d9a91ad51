/* home.h: detects that the engine's home is removed, moved or replaced, or that its disk goes away and returns, while
 * the engine runs. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_HOME_H
#define LOOPHOLE_SUPERVISOR_HOME_H

#include "supervisor/state.h"

/* Checks both locks. False: nothing may be started now. Either the home is gone, and the engine shuts down; or its disk
 * is away, and the supervisor waits for it, with an alarm. When the disk is back, the supervisor no longer has its
 * locks: it ends with `io`. Its successor, started by the keeper, takes them, and replaces unreachable services. */
bool home_look(struct supervisor *supervisor);

#endif
