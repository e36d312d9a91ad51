/* completion.h: the shells' completion scripts. They ask `loophole complete --line` (complete.c) for the words; a line
 * ":files" in its answer means file names. zsh and fish show what each command does. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPLETION_H
#define LOOPHOLE_FRONTENDS_CLI_COMPLETION_H

#include "frontends/cli/complete_offer.h"

enum err completion_print(struct cli *cli, struct fault *fault);

#endif
