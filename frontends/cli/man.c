/* man.c: the man page, in man(7), made from the tables of commands and options. */
#include "frontends/cli/command.h"
#include "frontends/cli/commands.h"
#include "frontends/cli/options.h"

/* A line of roff must not begin with a dot or a quote, and '-' and '\' are special. */
static void add_roff(struct buffer *to, const char *text)
{
    for (const char *at = text; *at; at++) {
        if ((*at == '.' || *at == '\'') && (at == text || at[-1] == '\n'))
            buffer_add_text(to, "\\&");
        if (*at == '-' || *at == '\\')
            buffer_add_text(to, *at == '-' ? "\\" : "\\\\");
        if (*at != '\\')
            buffer_add_text(to, (char[]){ *at, '\0' });
    }
}

static void man_command(struct buffer *to, const struct command *command)
{
    buffer_add_text(to, ".TP\n.B ");
    add_roff(to, command->name);
    buffer_add_text(to, " ");
    add_roff(to, command->args);
    buffer_add_text(to, "\n");
    add_roff(to, command->doc);
    buffer_add_text(to, ".\n");
    if (*command->help) {
        add_roff(to, command->help);
        buffer_add_text(to, "\n");
    }
    if (*command->options) {
        buffer_add_text(to, "Options:");
        for (int i = 0; i < option_count; i++)
            if (command_takes(command, &option_table[i])) {
                buffer_add_text(to, " \\-\\-");
                add_roff(to, option_table[i].name);
            }
        buffer_add_text(to, ".\n");
    }
}

static void man_exit_codes(struct buffer *to)
{
    buffer_add_text(to, ".SH EXIT STATUS\n0 means success, 64 wrong usage. Other errors:\n");
    for (int code = 1; code < ERR_COUNT; code++)
        cli_print(to, ".TP\n%d\n%s\n", err_exit_code((enum err)code), err_name((enum err)code));
}

enum err man_print(struct cli *cli, struct fault *fault)
{
    struct buffer *to = &cli->out;

    (void)fault;
    buffer_add_text(to, ".TH LOOPHOLE 1 \"\" \"loophole " LOOPHOLE_VERSION "\"\n.SH NAME\n"
                        "loophole \\- index sound libraries, find similar sounds, play and record\n"
                        ".SH SYNOPSIS\n.B loophole\nCOMMAND [OPTION...] [ARGUMENT...]\n.SH COMMANDS\n");
    for (int i = 0; command_at(cli->commands, i); i++) {
        const char *title = command_title(cli->commands, command_at(cli->commands, i));

        if (title)
            cli_print(to, ".SS %s\n", title);
        man_command(to, command_at(cli->commands, i));
    }
    buffer_add_text(to, ".SH OPTIONS\n");
    for (int i = 0; i < option_count; i++) {
        const struct option_row *option = &option_table[i];

        buffer_add_text(to, ".TP\n.B \\-\\-");
        add_roff(to, option->name);
        if (option->letter)
            cli_print(to, ", \\-%c", option->letter);
        if (option->arg)
            cli_print(to, " %s", option->arg);
        buffer_add_text(to, "\n");
        add_roff(to, option->doc);
        buffer_add_text(to, "\n");
    }
    man_exit_codes(to);
    buffer_add_text(to, ".SH ENVIRONMENT\n.TP\n.B LOOPHOLE_HOME\nPuts everything of an engine below one folder.\n"
                        ".SH FILES\n$XDG_CONFIG_HOME/loophole/loophole.conf, $XDG_DATA_HOME/loophole,\n"
                        "$XDG_CACHE_HOME/loophole, $XDG_RUNTIME_DIR/loophole\n");
    return ERR_OK;
}
