/* command.h: walks through the commands. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMMAND_H
#define LOOPHOLE_FRONTENDS_CLI_COMMAND_H

#include "frontends/cli/base/cli.h"

/* The commands of all groups by number; NULL: there is none. The title of the group that begins with
 * `command`, or NULL. */
const struct command *command_at(const struct commands *commands, int number);
const char *command_title(const struct commands *commands, const struct command *command);

#endif
