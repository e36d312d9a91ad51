#include "frontends/cli/command.h"

const struct command *command_at(const struct commands *commands, int number)
{
    for (int i = 0; i < commands->count; i++) {
        if (number < commands->groups[i]->count)
            return &commands->groups[i]->at[number];
        number -= commands->groups[i]->count;
    }
    return NULL;
}

const char *command_title(const struct commands *commands, const struct command *command)
{
    for (int i = 0; i < commands->count; i++)
        if (commands->groups[i]->at == command)
            return commands->groups[i]->title;
    return NULL;
}
