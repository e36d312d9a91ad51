/* options.c: the options of all commands as one table, and their parsing by argp. */
#include "frontends/cli/cli.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define AT(member) offsetof(struct options, member)

const struct option_row option_table[] = {
    { "json", 0, NULL, "JSON lines instead of text", OPTION_FLAG, AT(json), 0, 0 },
    { "limit", 'n', "N", "at most so many results", OPTION_NUMBER, AT(limit), 0, 1000000 },
    { "sort", 's', "FIELD", "name, bpm, -duration_s … (a minus: largest first)", OPTION_WORD, AT(sort), 0,
      0 },
    { "fields", 'f', "A,B,…", "only these keys of an item", OPTION_WORD, AT(fields), 0, 0 },
    { "facets", 0, "A,B,…", "count the values of these facets", OPTION_WORD, AT(facets), 0, 0 },
    { "cursor", 0, "CURSOR", "the page after this one", OPTION_WORD, AT(cursor), 0, 0 },
    { "in", 0, "QUERY", "only among items that match", OPTION_WORD, AT(in), 0, 0 },
    { "aspect", 0, "A=W,…", "weights of spectrum, timbre, pitch, amplitude, rhythm", OPTION_WORD, AT(weights),
      0, 0 },
    { "like", 0, "A,B,…", "more examples, ids or paths of items", OPTION_WORD, AT(like), 0, 0 },
    { "unlike", 0, "C,D,…", "counter-examples", OPTION_WORD, AT(unlike), 0, 0 },
    { "save", 0, "NAME", "do not search: save the query, to be used as @NAME", OPTION_WORD, AT(save), 0, 0 },
    { "off", 0, NULL, "take it back", OPTION_FLAG, AT(off), 0, 0 },
    { "kind", 0, "KIND", "same_file, same_audio or same_sound", OPTION_WORD, AT(kind), 0, 0 },
    { "wait", 'w', NULL, "wait until all is indexed, showing progress", OPTION_FLAG, AT(wait), 0, 0 },
    { "watch", 0, NULL, "show it again every second", OPTION_FLAG, AT(watch), 0, 0 },
    { "follow", 'F', NULL, "go on with what comes", OPTION_FLAG, AT(follow), 0, 0 },
    { "all", 'a', NULL, "everything, not only the newest", OPTION_FLAG, AT(all), 0, 0 },
    { "ignore", 0, "GLOB", "pass over names like this (may be repeated)", OPTION_LIST, AT(ignore), 0, 0 },
    { "hidden-files", 0, NULL, "index names that begin with a dot", OPTION_FLAG, AT(hidden_files), 0, 0 },
    { "accept-missing", 0, NULL, "mark what is gone as missing, however much", OPTION_FLAG,
      AT(accept_missing), 0, 0 },
    { "retry-failed", 0, NULL, "give failed and quarantined files another chance", OPTION_FLAG,
      AT(retry_failed), 0, 0 },
    { "expect", 0, "REVISION", "only if the item is still at this revision", OPTION_NUMBER, AT(expect), 0,
      INT64_MAX },
    { "budget", 0, "MS", "wait at most so many milliseconds for an answer", OPTION_NUMBER, AT(budget_ms), 1,
      600000 },
    { "request-id", 0, "ID", "name the request: repeated, it changes nothing", OPTION_WORD, AT(request_id), 0,
      0 },
    { "body", 0, "JSON", "the whole message as JSON", OPTION_WORD, AT(body), 0, 0 },
    { "type", 0, "TYPE", "waveform, loudness, onsets, beats, spectrum, embedding, print, gist", OPTION_WORD,
      AT(type), 0, 0 },
    { "clients", 'c', "N", "so many clients at once", OPTION_NUMBER, AT(clients), 1, 256 },
    { "seconds", 0, "S", "for so long", OPTION_NUMBER, AT(seconds), 1, 3600 },
    { "rate", 'r', "R", "so many asks a second over all clients; unset: as fast as answered", OPTION_NUMBER,
      AT(rate), 1, 1000000 },
    { "plot", 0, "FILE.svg", "draw the latencies", OPTION_WORD, AT(plot), 0, 0 },
    { "png", 0, "FILE", "draw it as a picture", OPTION_WORD, AT(png), 0, 0 },
    { "room", 0, NULL, "in three dimensions", OPTION_FLAG, AT(room), 0, 0 },
    { "seed", 0, "N", "of chance: the same seed gives the same result", OPTION_NUMBER, AT(seed), 0, INT64_MAX },
    { "remake", 0, NULL, "lay it out anew: everything may move", OPTION_FLAG, AT(remake), 0, 0 },
    { "prometheus", 0, NULL, "as Prometheus text", OPTION_FLAG, AT(prometheus), 0, 0 },
    { "loop", 0, NULL, "again and again", OPTION_FLAG, AT(loop), 0, 0 },
    { "gain", 0, "DB", "louder or softer by so many decibels", OPTION_WORD, AT(gain), 0, 0 },
    { "from", 0, "S", "begin so many seconds into the sound", OPTION_WORD, AT(from), 0, 0 },
    { "in-context", 0, NULL, "as in the song: at the next bar, in its tempo", OPTION_FLAG, AT(in_context), 0, 0 },
    { "chain", 0, "CLIENT:PORT", "through another JACK client and back; for two inputs CLIENT:LEFT,RIGHT", OPTION_WORD,
      AT(chain), 0, 0 },
    { "stretch", 0, NULL, "to the transport's tempo", OPTION_FLAG, AT(stretch), 0, 0 },
    { "key", 0, "KEY", "shifted to this key: Am, F#maj", OPTION_WORD, AT(key), 0, 0 },
    { "at", 0, "now|beat|bar", "begin on the grid, while the transport runs", OPTION_WORD, AT(at), 0, 0 },
    { "start-transport", 0, NULL, "start the transport with it", OPTION_FLAG, AT(start_transport), 0, 0 },
    { "immediate", 0, NULL, "at once, with its position", OPTION_FLAG, AT(immediate), 0, 0 },
    { "period", 0, "FRAMES", "frames in a period: a power of two", OPTION_NUMBER, AT(period), 16, 8192 },
    { "name", 0, "NAME", "what it is called; unset: the time of day", OPTION_WORD, AT(name), 0, 0 },
    { "port", 0, "CLIENT:PORT", "what sounds on this JACK port now", OPTION_WORD, AT(port), 0, 0 },
    { "inputs", 0, "CLIENT:PORT,…", "connect these JACK ports first, left and right", OPTION_WORD, AT(inputs), 0, 0 },
    { "format", 0, "FORMAT", "wav (32-bit floats), wav24 or flac (both 24 bit); unset: recording.format", OPTION_WORD,
      AT(format), 0, 0 },
    { "force", 0, NULL, "replace what is there", OPTION_FLAG, AT(force), 0, 0 },
};
const int option_count = sizeof option_table / sizeof option_table[0];

const struct option_row *option_named(const char *name, size_t len)
{
    for (int i = 0; i < option_count; i++)
        if (strlen(option_table[i].name) == len && memcmp(option_table[i].name, name, len) == 0)
            return &option_table[i];
    return NULL;
}

bool command_takes(const struct command *command, const struct option_row *option)
{
    size_t len = strlen(option->name);

    if (strcmp(option->name, "json") == 0)
        return true;
    for (const char *at = command->options; (at = strstr(at, option->name)) != NULL; at += len)
        if ((at == command->options || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static void add_to_list(struct cli *cli, struct text_list *list, const char *word)
{
    struct text *grown = arena_array(&cli->arena, list->count + 1, sizeof *grown);

    if (!grown)
        return;
    if (list->count > 0)
        memcpy(grown, list->at, list->count * sizeof *grown);
    grown[list->count] = text_of(word);
    *list = (struct text_list){ list->count + 1, grown };
}

static void set_option(const struct option_row *row, const char *arg, struct cli *cli,
                       const struct argp_state *state)
{
    void *at = (char *)&cli->options + row->offset;
    char *end = NULL;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        return;
    case OPTION_WORD:
        *(const char **)at = arg;
        return;
    case OPTION_LIST:
        add_to_list(cli, at, arg);
        return;
    case OPTION_NUMBER:
        errno = 0;
        *(int64_t *)at = strtoll(arg, &end, 10);
        if (errno != 0 || end == arg || *end != '\0' || *(int64_t *)at < row->min ||
            *(int64_t *)at > row->max)
            argp_error(state, "--%s wants a whole number from %lld to %lld, not \"%s\"", row->name,
                       (long long)row->min, (long long)row->max, arg);
        return;
    }
}

enum { KEY_BASE = 1000 }; /* argp keys of options without a letter */

struct parsing {
    const struct command *command;
    struct cli *cli;
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
    struct parsing *parsing = state->input;

    for (int i = 0; i < option_count; i++)
        if (key == KEY_BASE + i || (option_table[i].letter && key == option_table[i].letter)) {
            set_option(&option_table[i], arg, parsing->cli, state);
            return 0;
        }
    if (key == ARGP_KEY_ARG) {
        if (parsing->cli->count >= parsing->command->max_args)
            argp_error(state, "too many arguments: \"%s\"", arg);
        parsing->cli->args[parsing->cli->count++] = arg;
        return 0;
    }
    if (key == ARGP_KEY_END && parsing->cli->count < parsing->command->min_args)
        argp_error(state, "it wants %s", parsing->command->args);
    return ARGP_ERR_UNKNOWN;
}

/* The option that an argument is, with `joined` true when its value stands in the same argument. */
static const struct option_row *option_of(const char *arg, bool *joined)
{
    size_t len = strcspn(arg, "=");

    *joined = arg[len] == '=';
    if (strncmp(arg, "--", 2) == 0)
        return option_named(arg + 2, len - 2);
    for (int i = 0; i < option_count && arg[0] == '-' && arg[1] != '\0' && arg[2] == '\0'; i++)
        if (option_table[i].letter == arg[1])
            return &option_table[i];
    return NULL;
}

/* Options first, then "--", then the rest, so that a query or a tag may begin with '-'. */
static void options_before_dashes(const struct command *command, struct cli *cli, int *argc, char ***argv)
{
    char **sorted = arena_array(&cli->arena, (size_t)*argc * 2 + 2, sizeof *sorted);
    char **rest = sorted ? sorted + *argc + 1 : NULL;
    char *dashes = arena_alloc(&cli->arena, 3);
    int options = 0, others = 0;

    if (!sorted || !dashes)
        return;
    memcpy(dashes, "--", 3);
    sorted[options++] = (*argv)[0];
    for (int i = 1; i < *argc; i++) {
        bool joined;
        char *arg = (*argv)[i];
        const struct option_row *row = option_of(arg, &joined);

        if (strcmp(arg, "--help") == 0 || (row && command_takes(command, row))) {
            sorted[options++] = arg;
            if (row && row->kind != OPTION_FLAG && !joined && i + 1 < *argc)
                sorted[options++] = (*argv)[++i];
        } else {
            rest[others++] = arg;
        }
    }
    sorted[options++] = dashes;
    memmove(sorted + options, rest, (size_t)others * sizeof *rest);
    *argc = options + others;
    *argv = sorted;
}

static const char *one_paragraph(const struct command *command, struct arena *arena)
{
    return arena_printf(arena, "%s.%s%s", command->doc, *command->help ? "\v" : "", command->help).at;
}

void options_parse(const struct command *command, int argc, char **argv, struct cli *cli)
{
    struct parsing parsing = { command, cli };
    struct argp_option *rows = arena_array(&cli->arena, (size_t)option_count + 1, sizeof *rows);
    struct argp argp = { .parser = parse_one, .args_doc = command->args };
    int count = 0;

    cli->options.limit = -1;
    cli->options.expect = -1;
    cli->options.seed = -1;
    cli->args = arena_array(&cli->arena, (size_t)argc + 1, sizeof *cli->args);
    argp.doc = one_paragraph(command, &cli->arena);
    if (!rows || !cli->args || !argp.doc)
        exit(err_exit_code(ERR_FULL));
    for (int i = 0; i < option_count; i++)
        if (command_takes(command, &option_table[i]))
            rows[count++] =
                (struct argp_option){ .name = option_table[i].name,
                                      .key = option_table[i].letter ? option_table[i].letter : KEY_BASE + i,
                                      .arg = option_table[i].arg,
                                      .doc = option_table[i].doc };
    argp.options = rows;
    if (command->dashes)
        options_before_dashes(command, cli, &argc, &argv);
    argv[0] = (char *)(uintptr_t)arena_printf(&cli->arena, "loophole %s", command->name).at;
    argp_err_exit_status = EX_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &parsing);
}
