/* look.h: looks at files in a process of its own, which is given up after 2.5 s. So no command waits for a file system
 * that does not answer. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LOOK_H
#define LOOPHOLE_FRONTENDS_CLI_LOOK_H

#include <stdbool.h>

#include "common/process/trial.h"

/* Runs look(memory) in a process without any file but a pipe. `memory` is of trial_memory, which both processes share.
 * `look` calls only async-signal-safe functions. Errors: timeout (it was given up), busy (no process). */
enum err look_run(void (*look)(void *memory), void *memory, struct fault *fault);

/* Sets the error timeout, which names the mount that the absolute path lies on. */
enum err look_hung(const char *path, struct fault *fault);

#endif
