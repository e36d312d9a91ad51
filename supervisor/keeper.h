/* keeper.h: `loopholed --keep`, for systems without systemd: a small parent that starts the supervisor, and starts it
 * again after any death but a shutdown. After a shutdown it ends too. `--detach` does so in the background.
 *
 * It also adopts the children of a dead supervisor, so that no zombie stays where process 1 collects none. */
#ifndef LOOPHOLE_SUPERVISOR_KEEPER_H
#define LOOPHOLE_SUPERVISOR_KEEPER_H

#include <stdbool.h>

#include "common/paths.h"

/* In the supervisor's environment: the keeper's pid, the number of the supervisor's restarts, and how its predecessor
 * died. */
#define KEEPER_PID      "LOOPHOLE_KEEPER_PID"
#define KEEPER_RESTARTS "LOOPHOLE_KEEPER_RESTARTS"
#define KEEPER_DEATH    "LOOPHOLE_KEEPER_DEATH"

void keeper_report(uint64_t restarts, const char *how); /* sets the last two */

/* Whether a keeper could start with the configuration as it is now. Errors: those of the configuration. */
enum err keeper_check(const struct paths *paths, struct fault *fault);

bool keeper_is_asked(int argc, char **argv); /* --keep, --detach or --help is among the arguments */

/* Returns the exit code: the supervisor's own if it ended by itself, or that of `exists` if one is already running.
 * With --detach it returns 0 as soon as the keeper runs in the background. Passes SIGTERM and SIGINT on. */
int keeper_run(int argc, char **argv);

#endif
