/* cli.h: the command line, a front-end like any other. Tables have its commands and options; the help, the man page
 * and the shell completions are made from them. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_CLI_H
#define LOOPHOLE_FRONTENDS_CLI_CLI_H

#include "frontends/cli/base/output.h"
#include "frontends/cli/base/state.h"
#include "proto/transport/ask.h"
#include "proto/wire/json.h"
#include "schema_cli.h"
#include "schema_search.h"
#include "store/store.h"

#define QUOTE_QUERY "put the whole query in quotes: loophole tag 'snare -is:loop' --all +short"

/* A command: one row of a table that commands.h lists. */
struct command {
    const char *name;    /* "search", "library add" */
    const char *args;    /* "QUERY", "ID +TAG -TAG…" */
    const char *doc;     /* one line */
    const char *help;    /* further text for --help and the man page, or "" */
    const char *options; /* names of its options in options.c, separated by spaces; every command takes json */
    int min_args, max_args;
    /* Other arguments that may begin with a dash. */
    enum { DASHES_OPTIONS = false, DASHES_WORDS = true, DASHES_TAGS } dashes;
    enum err (*run)(struct cli *cli, struct fault *fault);
};

/* A group of commands, with its title in the help and in the man page. */
struct command_group {
    const char *title;
    const struct command *at;
    int count;
};

/* All commands, in the order of the help. Only main.c names them, because their rows name every other file. */
struct commands {
    const struct command_group *const *groups;
    int count;
};

#endif
