/* keeper.h: `loopholed --keep`, where no systemd does it: a tiny parent that starts the supervisor, starts it again
 * when it dies of anything but a shutdown, and ends with it otherwise. `--detach` does so in the background.
 *
 * It also adopts what a dead supervisor leaves, so that no zombie stays where process 1 collects none. */
#ifndef LOOPHOLE_SUPERVISOR_KEEPER_H
#define LOOPHOLE_SUPERVISOR_KEEPER_H

#include <stdbool.h>

/* In the supervisor's environment: how often it was restarted, and how its predecessor died. */
#define KEEPER_RESTARTS "LOOPHOLE_KEEPER_RESTARTS"
#define KEEPER_DEATH    "LOOPHOLE_KEEPER_DEATH"

bool keeper_is_asked(int argc, char **argv); /* --keep, --detach or --help is among the arguments */

/* Returns the exit code: the supervisor's own when it ended by itself; that of `exists` when one runs already. With
 * --detach it returns 0 as soon as the keeper runs in the background. SIGTERM and SIGINT are handed on. */
int keeper_run(int argc, char **argv);

#endif
