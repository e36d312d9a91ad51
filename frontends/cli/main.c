/* main.c: finds the command, parses its options, runs it, reports its error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "frontends/cli/base/child_process.h"
#include "frontends/cli/command.h"
#include "frontends/cli/commands.h"
#include "frontends/cli/options.h"
#include "frontends/cli/unknown.h"

/* Writes the command with its arguments, and its description in a second column. */
static void write_command(struct buffer *to, const struct command *command)
{
    struct buffer typed = { 0 };

    cli_print(&typed, "%s %s", command->name, command->args);
    cli_print(to, "  %-34s %s\n", buffer_c(&typed), command->doc);
    buffer_free(&typed);
}

static void write_commands(struct buffer *to)
{
    buffer_add_text(to, "Usage: loophole COMMAND [OPTION…] [ARGUMENT…]\n"
                        "Indexes sound libraries, finds similar sounds, plays and records.\n");
    for (int i = 0; command_at(&commands, i); i++) {
        const char *title = command_title(&commands, command_at(&commands, i));

        if (title)
            cli_print(to, "\n%s\n", title);
        write_command(to, command_at(&commands, i));
    }
    buffer_add_text(to,
                    "\nID|PATH|QUERY: an id, a path (with a slash, or the name of an existing file), or the words of a "
                    "query.\nEvery command takes --json (JSON lines) and --help. LOOPHOLE_HOME=DIR names another "
                    "engine.\n");
}

/* Finds the command of one or two words at argv[1]; `words` is their number. */
static const struct command *find_command(int argc, char **argv, int *words)
{
    for (*words = 2; *words > 0; --*words) {
        char name[64];

        if (argc <= *words)
            continue;
        snprintf(name, sizeof name, *words == 2 ? "%s %s" : "%s", argv[1], argv[2]);
        for (int i = 0; command_at(&commands, i); i++)
            if (strcmp(command_at(&commands, i)->name, name) == 0)
                return command_at(&commands, i);
    }
    return NULL;
}

/* Writes the commands that begin with `word`, such as "library"; returns their number. */
static int write_group(struct buffer *to, const char *word)
{
    size_t len = strlen(word);
    int count = 0;

    for (int i = 0; command_at(&commands, i); i++)
        if (strncmp(command_at(&commands, i)->name, word, len) == 0 && command_at(&commands, i)->name[len] == ' ') {
            if (count++ == 0)
                cli_print(to, "Usage: loophole %s COMMAND [OPTION…] [ARGUMENT…]\n", word);
            write_command(to, command_at(&commands, i));
        }
    return count;
}

/* Other commands only read, and do not create a missing home. */
static bool makes_home(const struct command *command)
{
    return command->run == engine_up || command->run == store_restore_run;
}

/* A mistyped home has no engine either. */
static void hint_home(const struct paths *paths, struct fault *fault)
{
    if (fault->code != ERR_OFFLINE || !paths->data[0] || access(paths->data, F_OK) == 0)
        return;
    fault->hint[0] = '\0';
    fault_hint(fault, "%.200s does not exist: is it the home that you mean? `loophole up` makes it",
               paths->home[0] ? paths->home : paths->data);
}

/* These read or write files on disks that a person names. The services do so for the other commands. */
static bool opens_files(const struct command *command)
{
    static enum err (*const openers[])(struct cli *, struct fault *) = {
        store_backup_run,
        store_restore_run,
        send_run,
        labels_write,
        labels_restore,
        undo_take,
        undo_redo,
        treat_normalise,
        duplicates_remove,
        duplicates_restore,
        pattern_export_midi,
        pattern_import_midi,
        pattern_play,
        slots_save,
        pattern_library_save,
        pattern_library_similar,
        artefact_show,
        map_run,
        kit_import,
        kit_export,
        import_k,
    };

    for (size_t i = 0; i < sizeof(openers) / sizeof(*openers); i++)
        if (openers[i] == command->run)
            return true;
    return false;
}

struct parsed_command {
    const struct command *command;
    struct cli cli;
};

static int run_parsed(void *state)
{
    const struct command *command = ((struct parsed_command *)state)->command;
    struct cli *cli = &((struct parsed_command *)state)->cli;
    struct fault fault = { 0 };
    enum err e = makes_home(command) ? paths_find(&cli->paths, &fault) : paths_look(&cli->paths, &fault);

    if (e == ERR_OK)
        e = (cli->asker = asker_new(&cli->paths, &fault)) ? ERR_OK : fault.code;
    if (e == ERR_OK) {
        asker_name(cli->asker, "loophole");
        e = command->run(cli, &fault);
    }
    cli_flush(cli);
    if (e != ERR_OK) {
        fault.code = e;
        hint_home(&cli->paths, &fault);
        cli_report(cli->options.json, &fault);
    }
    asker_free(cli->asker);
    buffer_free(&cli->out);
    arena_free(&cli->arena);
    return err_exit_code(e);
}

static int run_command(const struct command *command, int argc, char **argv)
{
    struct parsed_command parsed = { .command = command, .cli = { .commands = &commands } };

    options_parse(command, argc, argv, &parsed.cli);
    const struct child_command apart = { run_parsed, &parsed, parsed.cli.options.budget_ms, parsed.cli.options.json };
    return opens_files(command) ? child_process_run(&apart) : run_parsed(&parsed);
}

/* Requested help is a result; help because of a missing command is an error. */
static int print_usage(struct buffer *text, bool asked)
{
    struct cli cli = { 0 };

    if (asked) {
        cli.out = *text;
        cli_flush(&cli);
        buffer_free(&cli.out);
        return 0;
    }
    cli_remark(text);
    buffer_free(text);
    return EX_USAGE;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "-?") == 0 ||
           strcmp(word, "help") == 0;
}

int main(int argc, char **argv)
{
    struct buffer text = { 0 };
    int words;
    const struct command *command = find_command(argc, argv, &words);

    output_begin();
    if (command && words == 1 && argc > 2 && unknown_follows(&commands, command, argv[2]))
        return unknown_command(&commands, argc - 1, argv + 1);
    if (command)
        return run_command(command, argc - words, argv + words);
    if (argc < 2 || is_help(argv[1])) {
        write_commands(&text);
        return print_usage(&text, argc >= 2);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        buffer_add_text(&text, "loophole " LOOPHOLE_VERSION "\nGPL-3.0-or-later\n");
        return print_usage(&text, true);
    }
    if (write_group(&text, argv[1]) > 0 && (argc == 2 || is_help(argv[2])))
        return print_usage(&text, argc > 2);
    buffer_free(&text);
    return unknown_command(&commands, argc - 1, argv + 1);
}
