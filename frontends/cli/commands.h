/* commands.h: the groups of commands, which commands.c joins in the order of the help. Only main.c uses the whole. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_COMMANDS_H

#include "frontends/cli/bundle/bundle_commands.h"
#include "frontends/cli/complete_offer.h"
#include "frontends/cli/composer/composer_commands.h"
#include "frontends/cli/engine/engine_commands.h"
#include "frontends/cli/find/find_commands.h"
#include "frontends/cli/kit/kit_commands.h"
#include "frontends/cli/library/library_commands.h"
#include "frontends/cli/migrate/migrate_commands.h"
#include "frontends/cli/project/project_commands.h"
#include "frontends/cli/recovery/recovery_commands.h"
#include "frontends/cli/removal/removal_commands.h"
#include "frontends/cli/send/send_commands.h"
#include "frontends/cli/sound/sound_commands.h"

#define ANY 1000000

#define MANY_ITEMS                                                                                                     \
    "Name the items by several ids and paths, or by one query. A query that matches more than one item changes none "  \
    "of them unless --all, or --limit N for the first N, is given. A change of more than 100 items asks first, "       \
    "unless --yes or --limit is given."
#define MANY MANY_ITEMS " The change of all items, up to 10,000, is one step of undo."

enum err man_print(struct cli *cli, struct fault *fault);

/* All of them: commands.c. */
extern const struct commands commands;

extern const struct command_group commands_engine, commands_libraries, commands_find, commands_hear, commands_record,
    commands_edit, commands_projects, commands_bundles, commands_patterns, commands_mixer, commands_loops,
    commands_jack, commands_share, commands_messages, commands_care, commands_shell;

#endif
