/* engine_wait.h: waits until the services are ready, or the supervisor has ended. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_WAIT_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_WAIT_H

#include "frontends/cli/engine/engine.h"

/* Waits until each service is ready; long work may take any time. A service in quarantine is not waited
 * for: a warning names it. `from` is the size of the log before the start, `restarted` the service that a person
 * restarted; NULL: none. Errors: internal (the supervisor ended, or `restarted` is in quarantine), offline (it ended
 * without an error, as after a `down`), timeout,
 * denied (a service may not start), io (the services run, and the store is damaged). */
enum err engine_wait_ready(struct cli *cli, long from, const char *restarted, struct fault *fault);

#endif
