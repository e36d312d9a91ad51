/* removal_commands.h: the commands about copies that are removed. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_REMOVAL_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_REMOVAL_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* duplicates_remove.c */
enum err duplicates_remove(struct cli *cli, struct fault *fault);

/* duplicates_restore.c */
enum err duplicates_restore(struct cli *cli, struct fault *fault);

#endif
