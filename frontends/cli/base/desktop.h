/* desktop.h: programs of the desktop, such as its file manager. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_DESKTOP_H
#define LOOPHOLE_FRONTENDS_CLI_DESKTOP_H

#include <stdbool.h>

/* Starts argv[0], without input and output, in a session of its own. Waits until it ends, at most 10 s: a program may
 * go on while its window is open. False: it cannot be started, or ended with an error. `argv` ends with NULL. */
bool desktop_run(char *const argv[]);

#endif
