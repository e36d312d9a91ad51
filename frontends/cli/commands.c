#include "frontends/cli/commands.h"

static const struct command_list *const lists[] = { &commands_engine, &commands_find,  &commands_play, &commands_edit,
                                                    &commands_ask,    &commands_sound, &commands_care };

const struct command *command_at(int number)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        if (number < lists[i]->count)
            return &lists[i]->at[number];
        number -= lists[i]->count;
    }
    return NULL;
}
