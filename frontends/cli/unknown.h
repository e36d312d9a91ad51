/* unknown.h: reports words that are not a command, and similar commands. */
#ifndef LOOPHOLE_FRONTENDS_CLI_UNKNOWN_H
#define LOOPHOLE_FRONTENDS_CLI_UNKNOWN_H

#include "frontends/cli/base/cli.h"

/* True if the command is also the first word of others and takes no argument, as `transport` does: a word
 * after it is a mistyped one of these. */
bool unknown_follows(const struct commands *commands, const struct command *command, const char *word);

/* Reports words that are not a command, and similar commands. Returns the exit code. */
int unknown_command(const struct commands *commands, int argc, char **argv);

#endif
