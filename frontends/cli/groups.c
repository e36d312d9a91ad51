/* groups.c: the groups of commands, in the help and in the man page. */
#include <string.h>

#include "frontends/cli/base/cli.h"

static const struct {
    const char *first, *group;
} groups[] = {
    { "up", "The engine" },
    { "library add", "Libraries" },
    { "search", "Find" },
    { "play", "Hear" },
    { "record start", "Record" },
    { "edit", "Edit" },
    { "transport", "Transport, pattern, mixer and pads" },
    { "audio devices", "JACK" },
    { "ask", "Messages" },
    { "doctor", "Care" },
    { "complete", "This command line" },
};

const char *command_group(const struct command *command)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (strcmp(groups[i].first, command->name) == 0)
            return groups[i].group;
    return NULL;
}
