/* completion.c: the shells' completion scripts, made of the tables of commands and options. */
#include "frontends/cli/cli.h"

#include <stdio.h>
#include <string.h>

static void options_of(struct buffer *to, const struct command *command, const char *before)
{
    for (int i = 0; i < option_count; i++)
        if (command_takes(command, &option_table[i]))
            cli_print(to, "%s%s", before, option_table[i].name);
}

/* "library add" begins with "library": each first word once, and its second words. */
static bool is_first_of_its_word(int index)
{
    size_t len = strcspn(command_table[index].name, " ");

    for (int i = 0; i < index; i++)
        if (strncmp(command_table[i].name, command_table[index].name, len) == 0 &&
            strcspn(command_table[i].name, " ") == len)
            return false;
    return true;
}

static void first_words(struct buffer *to)
{
    for (int i = 0; i < command_count; i++)
        if (is_first_of_its_word(i))
            cli_print(to, "%s%.*s", i ? " " : "", (int)strcspn(command_table[i].name, " "),
                      command_table[i].name);
}

static void second_words(struct buffer *to, const char *first)
{
    size_t len = strcspn(first, " ");

    for (int i = 0; i < command_count; i++)
        if (strncmp(command_table[i].name, first, len) == 0 && command_table[i].name[len] == ' ')
            cli_print(to, " %s", command_table[i].name + len + 1);
}

static void bash(struct buffer *to)
{
    buffer_add_text(to, "# bash completion for loophole\n_loophole() {\n"
                        "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                        "    if [ \"$COMP_CWORD\" = 1 ]; then words=\"");
    first_words(to);
    buffer_add_text(to, "\"\n    else case \"${COMP_WORDS[1]}\" in\n");
    for (int i = 0; i < command_count; i++) {
        if (!is_first_of_its_word(i))
            continue;
        cli_print(to, "        %.*s) words=\"", (int)strcspn(command_table[i].name, " "),
                  command_table[i].name);
        second_words(to, command_table[i].name);
        options_of(to, &command_table[i], " --");
        buffer_add_text(to, "\" ;;\n");
    }
    buffer_add_text(to, "        esac\n    fi\n"
                        "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                        "    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n}\n"
                        "complete -o filenames -F _loophole loophole\n");
}

static void zsh(struct buffer *to)
{
    buffer_add_text(to, "#compdef loophole\n_loophole() {\n    local -a commands\n    commands=(\n");
    for (int i = 0; i < command_count; i++)
        if (is_first_of_its_word(i))
            cli_print(to, "        \"%.*s:%s\"\n", (int)strcspn(command_table[i].name, " "),
                      command_table[i].name, command_table[i].doc);
    buffer_add_text(to, "    )\n    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
                        "    case $words[2] in\n");
    for (int i = 0; i < command_count; i++) {
        if (!is_first_of_its_word(i))
            continue;
        cli_print(to, "        %.*s) compadd --", (int)strcspn(command_table[i].name, " "),
                  command_table[i].name);
        second_words(to, command_table[i].name);
        options_of(to, &command_table[i], " --");
        buffer_add_text(to, "; _files ;;\n");
    }
    buffer_add_text(to, "    esac\n}\n_loophole \"$@\"\n");
}

static void fish_option(struct buffer *to, const char *first, const struct option_row *option)
{
    cli_print(to, "complete -c loophole -n '__fish_seen_subcommand_from %.*s' -l %s",
              (int)strcspn(first, " "), first, option->name);
    if (option->letter)
        cli_print(to, " -s %c", option->letter);
    cli_print(to, "%s -d '%s'\n", option->kind == OPTION_FLAG ? "" : " -r", option->doc);
}

static void fish(struct buffer *to)
{
    buffer_add_text(to, "# fish completion for loophole\n");
    for (int i = 0; i < command_count; i++) {
        const struct command *command = &command_table[i];

        if (!is_first_of_its_word(i))
            continue;
        cli_print(to, "complete -c loophole -n __fish_use_subcommand -a %.*s -d '%s'\n",
                  (int)strcspn(command->name, " "), command->name, command->doc);
        if (strchr(command->name, ' ')) {
            cli_print(to, "complete -c loophole -n '__fish_seen_subcommand_from %.*s' -a '",
                      (int)strcspn(command->name, " "), command->name);
            second_words(to, command->name);
            buffer_add_text(to, "'\n");
        }
        for (int o = 0; o < option_count; o++)
            if (command_takes(command, &option_table[o]))
                fish_option(to, command->name, &option_table[o]);
    }
}

enum err completion_print(struct cli *cli, struct fault *fault)
{
    static const struct {
        const char *shell;
        void (*add)(struct buffer *to);
    } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(cli->args[0], shells[i].shell) == 0) {
            shells[i].add(&cli->out);
            return ERR_OK;
        }
    return fault_set(fault, ERR_BAD_REQUEST, "no shell \"%s\"; there are bash, zsh and fish", cli->args[0]);
}
