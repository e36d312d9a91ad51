#include "frontends/cli/commands.h"

static const struct command_group *const groups[] = {
    &commands_engine,   &commands_libraries, &commands_find,     &commands_hear,  &commands_record, &commands_edit,
    &commands_projects, &commands_bundles,   &commands_patterns, &commands_mixer, &commands_loops,  &commands_jack,
    &commands_share,    &commands_messages,  &commands_care,     &commands_shell,
};

const struct commands commands = { groups, sizeof(groups) / sizeof(*groups) };
