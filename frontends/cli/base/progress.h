/* progress.h: the progress of indexing: one bar on a terminal, otherwise a line a second. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PROGRESS_H
#define LOOPHOLE_FRONTENDS_CLI_PROGRESS_H

#include "frontends/cli/base/cli.h"

/* Shows the progress of indexing until all files are known: as a bar on a terminal, otherwise as a line
 * each second. */
enum err progress_follow(struct cli *cli, struct fault *fault);

#endif
