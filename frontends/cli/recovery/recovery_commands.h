/* recovery_commands.h: the commands about what can be recovered. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RECOVERY_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_RECOVERY_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* recover.c */
enum err recover_project(struct cli *cli, struct fault *fault);

#endif
