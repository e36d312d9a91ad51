#include "frontends/cli/commands.h"

static const struct command_group *const groups[] = {
    &commands_engine, &commands_libraries, &commands_find,     &commands_hear,  &commands_record,
    &commands_edit,   &commands_projects,  &commands_patterns, &commands_mixer, &commands_jack,
    &commands_share,  &commands_messages,  &commands_care,     &commands_shell,
};

const struct command *command_at(int number)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
        if (number < groups[i]->count)
            return &groups[i]->at[number];
        number -= groups[i]->count;
    }
    return NULL;
}

const char *command_title(const struct command *command)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
        if (groups[i]->at == command)
            return groups[i]->title;
    return NULL;
}
