/* hint.h: explains an empty result. */
#ifndef LOOPHOLE_FRONTENDS_CLI_HINT_H
#define LOOPHOLE_FRONTENDS_CLI_HINT_H

#include "frontends/cli/base/cli.h"

/* Prints why a result is empty, on standard output or, with --json, on standard error. */
void hint_print(struct cli *cli, const struct hint_list *hints);
void hint_write(struct buffer *to, const struct hint *hint); /* one of them, without a newline */

#endif
