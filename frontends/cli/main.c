/* main.c: finds the command that is meant, parses its options, runs it, says what went wrong. */
#include "frontends/cli/cli.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* What is typed, then, from one column on, what it does. */
static void usage_command(FILE *to, const struct command *command)
{
    char typed[128];
    int room = 34;

    snprintf(typed, sizeof(typed), "%s %s", command->name, command->args);
    for (const char *at = typed; *at; at++)
        room -= (*at & 0xc0) != 0x80; /* bytes that go on with a character take no column */
    fprintf(to, "  %s%*s %s\n", typed, room > 0 ? room : 0, "", command->doc);
}

static void usage(FILE *to)
{
    fputs("Usage: loophole COMMAND [OPTION…] [ARGUMENT…]\n"
          "Indexes sound libraries, finds sounds that sound alike, plays and records.\n",
          to);
    for (int i = 0; i < command_count; i++) {
        const char *group = command_group(&command_table[i]);

        if (group)
            fprintf(to, "\n%s\n", group);
        usage_command(to, &command_table[i]);
    }
    fputs("\nEvery command takes --json (JSON lines) and --help. LOOPHOLE_HOME=DIR names another engine.\n",
          to);
}

/* The command of one or two words at argv[1]; `words` says how many. */
static const struct command *find_command(int argc, char **argv, int *words)
{
    for (*words = 2; *words > 0; --*words) {
        char name[64];

        if (argc <= *words)
            continue;
        snprintf(name, sizeof name, *words == 2 ? "%s %s" : "%s", argv[1], argv[2]);
        for (int i = 0; i < command_count; i++)
            if (strcmp(command_table[i].name, name) == 0)
                return &command_table[i];
    }
    return NULL;
}

/* "library" alone is the beginning of several commands: shows them. */
static int unknown_command(const char *word)
{
    size_t len = strlen(word);
    int shown = 0;

    fprintf(stderr, "loophole: no command \"%s\"", word);
    for (int i = 0; i < command_count; i++)
        if (strncmp(command_table[i].name, word, len) == 0)
            fprintf(stderr, "%s%s", shown++ ? ", " : "; is it one of: ", command_table[i].name);
    fputs(shown ? "?\n" : "; `loophole --help` lists all\n", stderr);
    return EX_USAGE;
}

static void say_fault(const struct cli *cli, const struct fault *fault)
{
    struct buffer line = { 0 };

    if (cli->options.json) {
        bool first = true;

        buffer_add_text(&line, "{");
        json_key(&line, &first, "error");
        json_text(&line, text_of(err_name(fault->code)));
        json_key(&line, &first, "what");
        json_text(&line, text_of(fault->what));
        json_key(&line, &first, "field");
        json_text(&line, text_of(fault->field));
        json_key(&line, &first, "hint");
        json_text(&line, text_of(fault->hint));
        buffer_add_text(&line, "}");
    } else {
        buffer_printf(&line, "loophole: %s%s%s%s", *fault->what ? fault->what : err_name(fault->code),
                      *fault->field ? " (field " : "", fault->field, *fault->field ? ")" : "");
        for (const char *at = fault->hint; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] != 0))
            buffer_printf(&line, "\n  %.*s", (int)strcspn(at, "\n"),
                          at); /* a caret stands in a line of its own */
    }
    fprintf(stderr, "%s\n", buffer_c(&line));
    buffer_free(&line);
}

static int run_command(const struct command *command, int argc, char **argv)
{
    struct cli cli = { 0 };
    struct fault fault = { 0 };
    enum err e;

    options_parse(command, argc, argv, &cli);
    e = paths_find(&cli.paths, &fault);
    if (e == ERR_OK)
        e = (cli.asker = asker_new(&cli.paths, &fault)) ? command->run(&cli, &fault) : fault.code;
    cli_flush(&cli);
    if (e != ERR_OK) {
        fault.code = e;
        say_fault(&cli, &fault);
    }
    asker_free(cli.asker);
    buffer_free(&cli.out);
    arena_free(&cli.arena);
    return err_exit_code(e);
}

int main(int argc, char **argv)
{
    int words;
    const struct command *command = find_command(argc, argv, &words);

    if (command)
        return run_command(command, argc - words, argv + words);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? EX_USAGE : 0;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("loophole " LOOPHOLE_VERSION "\nGPL-3.0-or-later");
        return 0;
    }
    return unknown_command(argv[1]);
}
