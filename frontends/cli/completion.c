#include "frontends/cli/completion.h"

#include <string.h>

#include "frontends/cli/command.h"

/* Writes '…': zsh closes the quotes around a quote, fish escapes it. */
static void add_quoted(struct buffer *to, const char *text, const char *quote)
{
    buffer_add_text(to, "'");
    for (; *text; text += strcspn(text, "'") + (text[strcspn(text, "'")] == '\'')) {
        cli_print(to, "%.*s", (int)strcspn(text, "'"), text);
        if (text[strcspn(text, "'")] == '\'')
            buffer_add_text(to, quote);
    }
    buffer_add_text(to, "'");
}

/* True for the first command of each first word, as "library" of "library add". */
static bool is_first_of_its_word(const struct commands *commands, int index)
{
    size_t len = strcspn(command_at(commands, index)->name, " ");

    for (int i = 0; i < index; i++)
        if (strncmp(command_at(commands, i)->name, command_at(commands, index)->name, len) == 0 &&
            strcspn(command_at(commands, i)->name, " ") == len)
            return false;
    return true;
}

/* bash splits words at ':' and '=', and replaces only the part after the last of them. It quotes file names, and
 * everything beside them, but no other words: these are names of packs and tags too, which may contain anything. */
static void write_bash(struct buffer *to, const struct commands *commands)
{
    (void)commands; /* bash shows only words */
    buffer_add_text(to, "# bash completion for loophole: source <(loophole completion bash)\n"
                        "_loophole() {\n"
                        "    local line=${COMP_LINE:0:COMP_POINT} current before each form=%q\n"
                        "    local -a words answers\n"
                        "    read -r -a words <<<\"$line\"\n"
                        "    [[ $line == *[[:space:]] ]] && words+=('')\n"
                        "    current=${words[-1]}\n"
                        "    before=${current%\"${current##*[:=]}\"}\n"
                        "    mapfile -t answers < <(\"$1\" complete --line -- \"${words[@]:1}\" 2>/dev/null)\n"
                        "    COMPREPLY=()\n"
                        "    for each in \"${answers[@]}\"; do [ \"$each\" != :files ] || form=%s; done\n"
                        "    for each in \"${answers[@]}\"; do\n"
                        "        if [ \"$each\" = :files ]; then\n"
                        "            compopt -o filenames\n"
                        "            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$current\")\n"
                        "        elif [ \"$each\" != \"$before\" ]; then\n"
                        "            COMPREPLY+=(\"$(printf \"$form\" \"${each#\"$before\"}\")\")\n"
                        "        fi\n"
                        "    done\n"
                        "    [ ${#COMPREPLY[@]} = 1 ] && [[ ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace\n"
                        "    return 0\n"
                        "}\n"
                        "complete -F _loophole loophole\n");
}

static void write_zsh(struct buffer *to, const struct commands *commands)
{
    buffer_add_text(to, "#compdef loophole\n"
                        "# zsh completion for loophole: a file _loophole in a folder of $fpath, or after compinit:\n"
                        "# source <(loophole completion zsh)\n"
                        "_loophole() {\n"
                        "    local -a commands typed answers\n"
                        "    commands=(\n");
    for (int i = 0; command_at(commands, i); i++) {
        struct buffer row = { 0 };

        if (!is_first_of_its_word(commands, i))
            continue;
        cli_print(&row, "%.*s:%s", (int)strcspn(command_at(commands, i)->name, " "), command_at(commands, i)->name,
                  command_at(commands, i)->doc);
        buffer_add_text(to, "        ");
        add_quoted(to, buffer_c(&row), "'\\''");
        buffer_add_text(to, "\n");
        buffer_free(&row);
    }
    buffer_add_text(to, "    )\n"
                        "    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
                        "    typed=(\"${(@Q)words[2,CURRENT]}\")\n"
                        "    answers=(\"${(@f)$(loophole complete --line -- \"${typed[@]}\" 2>/dev/null)}\")\n"
                        "    (( ${answers[(Ie):files]} )) && _files\n"
                        "    answers=(\"${(@)answers:#:files}\")\n"
                        "    answers=(\"${(@)answers:#}\")\n"
                        "    compadd -S '' -- \"${(@M)answers:#*[:=]}\"\n"
                        "    compadd -- \"${(@)answers:#*[:=]}\"\n"
                        "}\n"
                        "[[ ${funcstack[1]} == _loophole ]] && { _loophole \"$@\"; return; }\n"
                        "compdef _loophole loophole\n");
}

static void write_fish(struct buffer *to, const struct commands *commands)
{
    buffer_add_text(to, "# fish completion for loophole: loophole completion fish | source\n"
                        "function __loophole_complete\n"
                        "    set -l line (commandline -opc) (commandline -ct)\n"
                        "    for each in (loophole complete --line -- $line[2..-1] 2>/dev/null)\n"
                        "        if test \"$each\" = :files\n"
                        "            __fish_complete_path (commandline -ct)\n"
                        "        else\n"
                        "            echo $each\n"
                        "        end\n"
                        "    end\n"
                        "end\n"
                        "complete -c loophole -f\n"
                        "complete -c loophole -n 'not __fish_use_subcommand' -a '(__loophole_complete)'\n");
    for (int i = 0; command_at(commands, i); i++) {
        if (!is_first_of_its_word(commands, i))
            continue;
        cli_print(to, "complete -c loophole -n __fish_use_subcommand -a %.*s -d ",
                  (int)strcspn(command_at(commands, i)->name, " "), command_at(commands, i)->name);
        add_quoted(to, command_at(commands, i)->doc, "\\'");
        buffer_add_text(to, "\n");
    }
}

enum err completion_print(struct cli *cli, struct fault *fault)
{
    static const struct {
        const char *shell;
        void (*add)(struct buffer *to, const struct commands *commands);
    } shells[] = { { "bash", write_bash }, { "zsh", write_zsh }, { "fish", write_fish } };

    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(cli->args[0], shells[i].shell) == 0) {
            shells[i].add(&cli->out, cli->commands);
            return ERR_OK;
        }
    return fault_set(fault, ERR_BAD_REQUEST, "no shell \"%s\"; there are bash, zsh and fish", cli->args[0]);
}
