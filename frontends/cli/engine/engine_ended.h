/* engine_ended.h: a service that ends before it is ready. */
#ifndef LOOPHOLE_FRONTENDS_CLI_ENGINE_ENDED_H
#define LOOPHOLE_FRONTENDS_CLI_ENGINE_ENDED_H

#include "frontends/cli/engine/engine.h"

/* Prints the last error of a service that ended several times and is not ready, once for each error.
 * `shown` holds the error that was printed last; the caller begins with "". Errors: denied (only a person's action ends
 * the cause). */
enum err engine_look_for_ends(struct cli *cli, const struct service_lines *lines, char shown[ENGINE_END],
                              struct fault *fault);

#endif
