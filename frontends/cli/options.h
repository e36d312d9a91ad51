/* options.h: the options of all commands as one table, their parsing, and the help. */
#ifndef LOOPHOLE_FRONTENDS_CLI_OPTIONS_H
#define LOOPHOLE_FRONTENDS_CLI_OPTIONS_H

#include "frontends/cli/base/cli.h"

enum option_kind { OPTION_FLAG, OPTION_NUMBER, OPTION_WORD, OPTION_LIST };

struct option_row {
    const char *name;
    char letter; /* or 0 */
    const char *arg;
    const char *doc;
    enum option_kind kind;
    size_t offset; /* in struct options */
    int64_t min, max;
};
extern const struct option_row option_table[];
extern const int option_count;
const struct option_row *option_named(const char *name, size_t len); /* NULL: unknown */
bool command_takes(const struct command *command, const struct option_row *option);

/* Parses argv after the command's words; cli->commands is set. Ends the process after --help and after wrong usage
 * (exit code 64). */
void options_parse(const struct command *command, int argc, char **argv, struct cli *cli);

/* True if --json is among the arguments: errors are then lines of JSON, also those of wrong usage. */
bool options_want_json(int argc, char **argv);

#endif
