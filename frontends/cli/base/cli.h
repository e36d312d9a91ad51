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

/* command.c: the commands of all groups by number; NULL: there is none. The title of the group that begins with
 * `command`, or NULL. */
const struct command *command_at(const struct commands *commands, int number);
const char *command_title(const struct commands *commands, const struct command *command);

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

/* unknown.c: true if the command is also the first word of others and takes no argument, as `transport` does: a word
 * after it is a mistyped one of these. */
bool unknown_follows(const struct commands *commands, const struct command *command, const char *word);

/* unknown.c: reports words that are not a command, and similar commands. Returns the exit code. */
int unknown_command(const struct commands *commands, int argc, char **argv);

/* True if --json is among the arguments: errors are then lines of JSON, also those of wrong usage. */
bool options_want_json(int argc, char **argv);

/* ---- shared by the commands ---- */

/* Asks with the budget of --budget (default 10 s). The answer's memory is valid until the next ask. */
enum err cli_ask(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault);

/* Warns on standard error, without --json, if the answer says that the open project does not keep the change. */
void cli_warn_if_unkept(const struct cli *cli, const char *name, const void *answer);

/* Adds the record to cli->out as one line of JSON. Returns ERR_OK, so that a caller can end with it. */
enum err cli_json(struct cli *cli, const struct shape *shape, const void *record);

/* Prints the sentence if a list has no entry and there is no --json. */
void cli_none(struct cli *cli, uint64_t count, const char *sentence);

/* Makes a path absolute, in the arena. Errors: those of resolve_path (resolve.h). */
enum err cli_path(struct cli *cli, const char *typed, struct bytes *path, struct fault *fault);

/* Reads --inputs: at most 16 ports. Errors: bad_request. */
enum err cli_inputs(struct cli *cli, struct text_list *to, struct fault *fault);

/* Finds the library at an absolute path. Errors: not_found. */
enum err cli_library(struct cli *cli, struct bytes path, struct id *to, struct fault *fault);

struct text cli_words(struct cli *cli);                         /* the arguments as one text, for a query */
struct text_list cli_split(struct cli *cli, const char *words); /* the non-empty parts of "a,b"; NULL: none */

/* Finds the media item of the arguments: an id, a path, or the first result of a query (named.h). */
enum err cli_find(struct cli *cli, int count, char **args, struct media_found *found, struct fault *fault);

/* Send a mutation with its request id (--request-id, or a new one), with a default budget of 60 s. cli_change_one is
 * for a change of one item or row, with a default budget of 10 s. Errors: bad_request (the id), those of the ask. */
enum err cli_change(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault);
enum err cli_change_one(struct cli *cli, const char *name, const void *request, struct done *done, struct fault *fault);

/* change.c: asks a person. cli_can_ask: standard input is a terminal, and the output is no JSON. The question names its
 * answers: "y or n:". */
bool cli_can_ask(const struct cli *cli);
bool cli_asks(struct buffer *question);

/* change.c: a change of more than 100 items needs a confirmation, unless the command line has their number or a yes.
 * Errors: bad_request. */
enum err cli_confirm_many(const struct cli *cli, uint32_t count, struct fault *fault);

/* saved.c: saves a query under the name of --save. */
enum err saved_put(struct cli *cli, struct text query, struct text sort, struct fault *fault);

/* item_line.c: the line of an item. Its lists are in the arena, its texts in the item's memory. */
void item_line_make(struct arena *arena, const struct item *item, struct item_line *line);
bool item_line_has(struct text key); /* a key of each item, or of each fact beside its name */
/* The key of an item that --fields names, also by the name of a field of queries: dur is duration_s. In the arena. */
const char *item_key(struct text typed, struct arena *arena);
void item_json(struct buffer *to, const struct item *item, const char *fields); /* `fields` NULL: all */
/* With the contexts that use it. */
void item_json_found(struct buffer *to, const struct media_found *found, const char *fields);
void item_cell(struct buffer *to, const struct item *item, const char *field); /* one value, in the form for people */

#define ITEM_LENGTH "duration_s"                /* the fact that a MIDI file has in place of frames */
double item_seconds(const struct media *media); /* 0: unknown */
double item_length(const struct item *item);    /* as item_seconds, or of that fact */
const struct fact *item_fact(const struct item *item, const char *attribute); /* NULL: none */

/* item.c: one item as a row of a list, or in full. */
void item_row(struct buffer *to, const struct item *item);
/* `rank` is "SCORE" or "DISTANCE". There is a column STATE if one of the items cannot be read now. */
void item_row_head(struct buffer *to, const char *rank, const struct item_list *items);
void item_full(struct buffer *to, const struct media_found *found);

/* item_table.c: the fields "a,b,…" of items as a table, each column as wide as its longest value; of one item, a line
 * for each field. */
void item_table(struct cli *cli, const struct item_list *items, const char *fields);
void item_some(struct cli *cli, const struct item *item, const char *fields);

/* hint.c: prints why a result is empty, on standard output or, with --json, on standard error. */
void hint_print(struct cli *cli, const struct hint_list *hints);
void hint_write(struct buffer *to, const struct hint *hint); /* one of them, without a newline */

/* question.c: questions about missing files (libraries.asks): the text of each with the command that answers it, or
 * that command alone. */
void question_print(struct cli *cli, const struct libraries *libraries);
void question_print_open(struct cli *cli); /* the open ones; none if the indexer does not answer */
void question_command(struct buffer *to, const struct missing_many *asks);

/* progress.c: shows the progress of indexing until all files are known: as a bar on a terminal, otherwise as a line
 * each second. */
enum err progress_follow(struct cli *cli, struct fault *fault);

/* recover.c: after a start, the projects whose autosave differs from their save; nothing, if the service does not
 * answer soon. */
void recover_print_offers(struct cli *cli);

struct transport_state;

/* human.c: numbers for people. */
void human_duration(struct buffer *to, double seconds);
void human_bytes(struct buffer *to, uint64_t bytes);
void human_time(struct buffer *to, usec_t at);                         /* local, to the second */
void human_place(struct buffer *to, const struct transport_state *at); /* "bar 12.3.2": bar, beat, 16th */

/* raw.c: the message that the arguments name and fill, as MessagePack. */
enum err raw_request(struct cli *cli, struct buffer *to, struct fault *fault);

enum err raw_ask(struct cli *cli, struct fault *fault);

struct silent_sound;
struct silent_sound_list;
void cli_warn_of_silent(const struct silent_sound *silent, const char *what); /* of a row or a pad, on standard error */
void cli_warn_of_rows(const struct silent_sound_list *silent);                /* their indexes count from 0 */

#endif
