/* commands.h: the tables of commands, which commands.c joins in the order of the help. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_COMMANDS_H

#include "frontends/cli/base/cli.h"

#define ANY 1000000

#define MANY_ITEMS                                                                                                     \
    "Several ids and paths, or one query, name the items. A query that matches more than one item changes none of "    \
    "them unless --all, or --limit N for the first N, is given. A change of more than 100 items asks first, unless "   \
    "--yes or --limit is given."
#define MANY MANY_ITEMS " All items are one step of undo, up to 10,000."

struct command_list {
    const struct command *at;
    int count;
};
extern const struct command_list commands_engine, commands_find, commands_play, commands_edit, commands_ask,
    commands_sound, commands_care;

#endif
