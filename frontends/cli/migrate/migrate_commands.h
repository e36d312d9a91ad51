/* migrate_commands.h: the commands about the import from other programs. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_MIGRATE_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_MIGRATE_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* import_k.c */
enum err import_k(struct cli *cli, struct fault *fault);

#endif
