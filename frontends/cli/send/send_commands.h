/* send_commands.h: the commands about items that are written elsewhere, and labels. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* send.c */
enum err send_run(struct cli *cli, struct fault *fault);

/* labels.c */
enum err labels_write(struct cli *cli, struct fault *fault);
enum err labels_restore(struct cli *cli, struct fault *fault);

/* treat.c */
enum err treat_trim(struct cli *cli, struct fault *fault);
enum err treat_fade(struct cli *cli, struct fault *fault);
enum err treat_normalise(struct cli *cli, struct fault *fault);

#endif
