/* keeper.h: `loopholed --keep`, for systems without systemd: a small parent that starts the supervisor, and starts it
 * again after any death but a shutdown. After a shutdown it ends too. `--detach` does so in the background.
 *
 * It also adopts the children of a dead supervisor, so that no zombie stays where process 1 collects none. */
#ifndef LOOPHOLE_SUPERVISOR_KEEPER_H
#define LOOPHOLE_SUPERVISOR_KEEPER_H

#include <stdbool.h>

/* In the supervisor's environment: the number of its restarts, and how its predecessor died. */
#define KEEPER_RESTARTS "LOOPHOLE_KEEPER_RESTARTS"
#define KEEPER_DEATH    "LOOPHOLE_KEEPER_DEATH"

bool keeper_is_asked(int argc, char **argv); /* --keep, --detach or --help is among the arguments */

/* Returns the exit code: the supervisor's own if it ended by itself, or that of `exists` if one is already running.
 * With --detach it returns 0 as soon as the keeper runs in the background. Passes SIGTERM and SIGINT on. */
int keeper_run(int argc, char **argv);

#endif
