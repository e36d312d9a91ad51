#include "frontends/cli/unknown.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "frontends/cli/command.h"
#include "frontends/cli/options.h"

enum { NEAR = 2 };

static bool is_near(const char *typed, const char *name)
{
    size_t len = strlen(typed);

    return len > 0 &&
           (strncmp(name, typed, len) == 0 || text_distance(text_of(typed), text_of(name)) <= (len > 4 ? NEAR : 1));
}

static bool is_group(const struct commands *commands, const char *word)
{
    size_t len = strlen(word);

    for (int i = 0; command_at(commands, i); i++)
        if (strncmp(command_at(commands, i)->name, word, len) == 0 && command_at(commands, i)->name[len] == ' ')
            return true;
    return false;
}

/* Words of other programs, and the commands that do the same here. */
static const struct other_word {
    const char *typed, *commands;
} other_words[] = {
    { "add", "library add (a folder of sounds), basket add, project add" },
    { "scan", "library add, library rescan" },
    { "rescan", "library rescan" },
    { "import", "library add (a folder of sounds), pattern import_midi" },
    { "find", "search" },
    { "query", "search" },
    { "ls", "search, library list" },
    { "list", "search, library list, project list" },
    { "info", "show" },
    { "export", "send (sounds), pattern export_midi, backup (the catalogue)" },
    { "convert", "send" },
    { "render", "send, record start --source master" },
    { "copy", "send, pattern copy" },
    { "write", "labels write" },
    { "retag", "labels write, tag" },
    { "delete", "forget (items), library remove (a folder), duplicates remove (copies), record delete (a take)" },
    { "remove", "forget (items), library remove (a folder), project remove" },
    { "rm", "forget (items), library remove (a folder)" },
    { "trash", "forget (items), duplicates remove (copies)" },
    { "dedupe", "duplicates, duplicates remove" },
    { "start", "up (the engine), transport start, record start" },
    { "run", "up" },
    { "shutdown", "down" },
    { "quit", "down" },
    { "exit", "down" },
    { "kill", "down, restart" },
    { "settings", "config list" },
    { "setting", "config get, config set" },
    { "config", "config list, config get, config set, config check" },
    { "open", "project open, web --open" },
    { "device", "token add, token list, token remove" },
    { "revoke", "token remove" },
    { "save", "project save, pattern save" },
    { "load", "project load, pattern load" },
    { "new", "project new" },
    { "rec", "record start" },
    { "star", "favourite, rate" },
    { "favorite", "favourite" },
    { "color", "colour" },
    { "normalize", "normalise" },
};

static bool list_other(const char *typed, char near[200])
{
    for (size_t i = 0; i < sizeof other_words / sizeof *other_words; i++)
        if (strcmp(typed, other_words[i].typed) == 0)
            return snprintf(near, 200, "did you mean %s", other_words[i].commands) > 0;
    return false;
}

/* Lists the commands whose name is near what was typed. */
static void list_near(const struct commands *commands, const char *typed, char near[200])
{
    size_t used = 0;

    for (int i = 0; command_at(commands, i); i++)
        if (is_near(typed, command_at(commands, i)->name) && used < 150)
            used += (size_t)snprintf(near + used, 200 - used, "%s%s", used ? ", " : "did you mean ",
                                     command_at(commands, i)->name);
}

bool unknown_follows(const struct commands *commands, const struct command *command, const char *word)
{
    return command->max_args == 0 && word[0] != '-' && is_group(commands, command->name);
}

int unknown_command(const struct commands *commands, int argc, char **argv)
{
    char both[100] = "", near[200] = "";
    struct fault fault = { 0 };

    if (argc > 1)
        snprintf(both, sizeof both, "%.40s %.40s", argv[0], argv[1]);
    if (!list_other(argv[0], near) && both[0])
        list_near(commands, both, near);
    if (!near[0])
        list_near(commands, argv[0], near);
    if (near[0])
        strcat(near, "?");
    fault_set(&fault, ERR_BAD_REQUEST, "no command \"%s\"", argc > 1 && is_group(commands, argv[0]) ? both : argv[0]);
    fault_hint(&fault, "%s", near[0] ? near : "`loophole --help` lists all commands");
    cli_report(options_want_json(argc + 1, argv - 1), &fault);
    return EX_USAGE;
}
