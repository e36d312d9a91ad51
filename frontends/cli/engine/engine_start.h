/* engine_start.h: the commands up and restart. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_START_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_START_H

#include "frontends/cli/engine/engine.h"

/* Starts the supervisor in the background, which finds the services that run. No error if another
 * command starts one. Errors: those of loopholed. */
enum err engine_start(struct cli *cli, struct fault *fault);

#endif
