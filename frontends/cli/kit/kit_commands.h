/* kit_commands.h: the commands about kits in files. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* kit_chops.c */
enum err kit_build(struct cli *cli, struct fault *fault);

/* kit_import.c */
enum err kit_import(struct cli *cli, struct fault *fault);

/* kit_export.c */
enum err kit_export(struct cli *cli, struct fault *fault);

#endif
