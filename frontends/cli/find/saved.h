/* saved.h: saved queries, and recent ones. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SAVED_H
#define LOOPHOLE_FRONTENDS_CLI_SAVED_H

#include "frontends/cli/base/cli.h"

/* Saves a query under the name of --save. */
enum err saved_put(struct cli *cli, struct text query, struct text sort, struct fault *fault);

#endif
