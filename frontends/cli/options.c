#include "frontends/cli/options.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "frontends/cli/command.h"

#define ROW(kind, name, letter, arg, member, least, most, doc)                                                         \
    { name, letter, arg, doc, OPTION_##kind, offsetof(struct options, member), least, most }
#define FLAG(name, letter, member, doc)                     ROW(FLAG, name, letter, NULL, member, 0, 0, doc)
#define WORD(name, letter, arg, member, doc)                ROW(WORD, name, letter, arg, member, 0, 0, doc)
#define LIST(name, letter, arg, member, doc)                ROW(LIST, name, letter, arg, member, 0, 0, doc)
#define NUMBER(name, letter, arg, member, least, most, doc) ROW(NUMBER, name, letter, arg, member, least, most, doc)

const struct option_row option_table[] = {
    FLAG("json", 0, json, "JSON lines instead of text"),
    NUMBER("limit", 'n', "N", limit, 0, 1000000, "at most N results"),
    WORD("sort", 's', "FIELD", sort, "name, bpm, -duration_s … (with a minus: largest first)"),
    WORD("fields", 'f', "A,B,…", fields, "only these keys of an item, as columns: name,path,bpm,tags"),
    WORD("facets", 0, "A,B,…", facets, "count the values of these facets"),
    NUMBER("page", 0, "N", page, 1, 100000, "the N-th page, each of --limit results"),
    WORD("cursor", 0, "CURSOR", cursor, "the page after this cursor, which `loophole ask search.query` prints"),
    WORD("inside", 0, "QUERY", inside, "groups with at least one copy that matches"),
    WORD("in", 0, "QUERY", in, "only items that match"),
    WORD("aspect", 0, "A=W,…", weights, "weights of spectrum, timbre, pitch, amplitude, rhythm"),
    WORD("like", 0, "A,B,…", like, "more examples, ids or paths of items"),
    WORD("unlike", 0, "C,D,…", unlike, "counter-examples"),
    WORD("more", 0, "A=SHARE,…", more, "more, or less, than the examples: bright, length, loud, high, punchy"),
    WORD("save", 0, "NAME", save, "do not search, but save the query for use as @NAME"),
    NUMBER("times", 0, "N", times, 1, UNDO_STEPS, "number of steps"),
    WORD("to", 0, "STEP|PATH|DB", to,
         "undo this step and all later ones; relink: the file or folder; normalise: the level"),
    WORD("by", 0, "NAME", by, "only the last step of this client, as `undo list` names it"),
    FLAG("mine", 0, mine, "only the last step that was made on the command line"),
    FLAG("apply", 0, apply, "relink each item to its best candidate"),
    WORD("scope", 0, "SCOPE", scope,
         "catalogue, moves, or the id of a project; of a kit: global, project or ephemeral; unset: the first"),
    WORD("undo", 0, "STEP|ID|NAME|PATH", undo, "undo this move, or the item's newest move; no scan follows it again"),
    FLAG("content", 0, content, "print only the hash of its content, as a server's pack names it"),
    FLAG("yes", 'y', yes, "do not ask"),
    FLAG("empty", 0, empty, "remove them for good"),
    FLAG("off", 0, off, "remove the mark, the setting or the entry"),
    WORD("kind", 0, "KIND", kind, "same_file, same_audio or same_sound; of a kit: drum, vocal or texture"),
    FLAG("wait", 'w', wait, "wait until a scan or a fetch is done, with its progress, or until a pattern plays"),
    FLAG("watch", 0, watch, "show it again every second"),
    FLAG("follow", 'F', follow, "print new lines as they come"),
    FLAG("all", 'a', all, "everything: all lines, or all items that a query matches"),
    LIST("ignore", 0, "GLOB", ignore, "skip names like this (may be repeated)"),
    FLAG("follow-links", 0, follow_links, "follow links that lead out of the folder: you made them"),
    FLAG("hidden-files", 0, hidden_files, "index names that begin with a dot"),
    FLAG("accept-missing", 0, accept_missing, "confirm that files are gone: mark them as missing"),
    FLAG("retry-failed", 0, retry_failed, "analyse failed and quarantined files again"),
    FLAG("full", 0, full, "read every file again, also those that seem unchanged"),
    FLAG("totals", 0, totals, "with --json: a last line with the total and the cursor of the next page"),
    FLAG("dry-run", 0, dry_run, "change nothing: print what would be done"),
    FLAG("any", 0, any, "also keep a fact that no query knows; kit swap: take a sound of any class"),
    NUMBER("expect", 0, "REVISION", expect, 0, INT64_MAX, "only if the item is still at this revision"),
    NUMBER("budget", 0, "MS", budget_ms, 1, 600000, "wait at most MS milliseconds for an answer"),
    WORD("request-id", 0, "ID", request_id, "the request's id: a repeated request changes nothing"),
    WORD("body", 0, "JSON", body, "the whole message as JSON"),
    WORD("type", 0, "TYPE", type, "waveform, loudness, onsets, beats, spectrum, spectrogram, embedding, print, gist"),
    NUMBER("clients", 'c', "N", clients, 1, 256, "N clients at once"),
    NUMBER("seconds", 0, "S", seconds, 1, 3600, "for S seconds"),
    NUMBER("rate", 'r', "R", rate, 1, 1000000,
           "R Hz; bench: R asks a second from all clients together, unset: as fast as answers come"),
    NUMBER("bits", 0, "N", bits, 0, 64, "samples of 16 or 24 bits, or 32 for floats"),
    FLAG("mono", 0, mono, "one channel: the mean of all"),
    FLAG("normalise", 0, normalise, "scale so that the highest sample is 0.1 dB below full scale"),
    WORD("rename", 0, "PATTERN", rename, "names made of {file} {name} {n} {bpm} {key} {class} {pack} {id}"),
    WORD("plot", 0, "FILE.svg", plot, "draw the latencies"),
    WORD("png", 0, "FILE", png, "write it as a PNG picture"),
    FLAG("room", 0, room, "in three dimensions"),
    NUMBER("seed", 0, "N", seed, 0, INT64_MAX, "random seed: the same seed gives the same result"),
    FLAG("remake", 0, remake, "compute the layout again: every item may move"),
    FLAG("prometheus", 0, prometheus, "as Prometheus text"),
    FLAG("loop", 0, loop, "repeat until stopped"),
    WORD("gain", 0, "DB", gain, "change the gain by DB decibels: -6, -6dB, or 50%"),
    WORD("from", 0, "S|BAR|PAD", from,
         "begin at second S of the sound; transport start: at bar BAR; kit load: on pad PAD"),
    WORD("until", 0, "S", until, "end before second S of the sound; with --loop, repeat up to it"),
    WORD("loop-from", 0, "S", loop_from, "repeat from second S of the sound on"),
    WORD("fade-in", 0, "S", fade_in, "fade in over the first S seconds: 10ms, 0.5s"),
    WORD("fade-out", 0, "S", fade_out, "fade out over the last S seconds"),
    FLAG("whole", 0, whole, "the whole file, without its trim, fades and gain"),
    WORD("fade", 0, "S", fade, "fade over S seconds: 2, 2s, 500ms"),
    FLAG("in-context", 0, in_context, "at the next bar, in the tempo of the transport and the key of the project"),
    WORD("chain", 0, "CLIENT:PORT", chain,
         "send the sound through another JACK client and back; for two inputs CLIENT:LEFT,RIGHT"),
    FLAG("stretch", 0, stretch, "change the tempo to that of the transport"),
    WORD("key", 0, "KEY", key, "transpose to this key: Am, F#maj"),
    WORD("at", 0, "now|beat|step|bar", at, "begin on the grid, while the transport runs; kit load: now, step or bar"),
    FLAG("start-transport", 0, start_transport, "also start the transport"),
    FLAG("open", 0, open, "open it in the browser of this desktop (xdg-open)"),
    FLAG("immediate", 0, immediate, "play at once, from the position in the file"),
    NUMBER("period", 0, "FRAMES", period, 16, 8192, "frames in a period: a power of two"),
    WORD("name", 0, "NAME", name, "the name; for a volume, the label; unset, a take is named by the time of day"),
    WORD("port", 0, "CLIENT:PORT", port, "record this JACK port"),
    WORD("source", 0, "CHANNEL", source, "record this channel of the mixer, or the master, in place of the inputs"),
    FLAG("loopback", 0, loopback, "only measure the latency from an output through a cable to an input"),
    WORD("inputs", 0, "CLIENT:PORT,…", inputs, "connect these JACK ports first, in turn left and right"),
    WORD("format", 0, "FORMAT", format,
         "wav (32-bit floats), wav24 or flac (both 24 bits); unset: recording.format; of a kit: hydrogen, h2drumkit or "
         "sfz"),
    WORD("gaps", 0, "WAY", gaps,
         "for missing frames: fill (write silence) or skip (leave them out); unset: recording.gaps"),
    WORD("role", 0, "ROLE", role, "role in the context: drums, bass, vocal, …"),
    WORD("section", 0, "SECTION", section, "the section of the song: intro, verse, chorus, …"),
    WORD("slots", 0, "A,B,…", slots, "the slots of a kit: kick,snare,hat,perc1; unset: the usual ones of its kind"),
    WORD("tags", 0, "A,B,…", tags,
         "only sounds with one of these tags, genres or classes; those with several come first"),
    WORD("without", 0, "A,B,…", without, "no sounds with one of these tags, genres, classes or families"),
    WORD("chops", 0, "ID|PATH|QUERY", chops,
         "the slots of a kit are the parts of this sound: its phrases and syllables, or its beats"),
    WORD("spread", 0, "0-1", spread,
         "how far other sounds may be from the present ones: 0 the nearest, 1 any; unset: 0.5"),
    WORD("track", 0, "NAME", track, "the track of the clip; it is made if the project has none of that name"),
    WORD("quantise", 0, "1/N", quantise, "move each hit to the nearest line of a grid: 1/16 has 16 lines in a bar"),
    WORD("strength", 0, "0-1|N%", strength, "how far --quantise moves a hit: 100% onto the line; unset: 100%"),
    FLAG("as-audio", 0, as_audio, "make an audio file of the hits, not a MIDI file"),
    WORD("as-pattern", 0, "SLOT", as_pattern, "make a pattern in this slot, not a clip"),
    NUMBER("bars", 0, "N", bars, 1, 1000, "the length: N bars of the transport, or of the repeated sound"),
    WORD("at-bar", 0, "next|N", at_bar, "begin at the next bar, or at bar N; the first is 1"),
    WORD("punch", 0, "IN-OUT", punch, "from the beginning of bar IN to that of bar OUT"),
    NUMBER("count-in", 0, "N", count_in, 1, 8, "start the transport, after a count-in of N bars"),
    FLAG("line", 0, line, "for shell completion scripts: complete the last of the words after --"),
    WORD("project", 0, "NAME", project, "project, by name or id; unset: the open one"),
    WORD("view", 0, "VIEW", view,
         "combined, project (items that the project uses) or global (the libraries); unset: combined"),
    WORD("folder", 0, "DIR", folder, "in this folder; unset: below the folder of projects"),
    WORD("label", 0, "TEXT", label, "name of the change in `undo list`"),
    FLAG("file", 0, file, "load the project.json that another program changed"),
    FLAG("check", 0, check, "only report what would be copied"),
    FLAG("trust-links", 0, trust_links, "follow the links out of the folder: you made them"),
    FLAG("with-projects", 0, with_projects, "also the projects in the engine's own folder, with their recordings"),
    FLAG("settings", 0, settings, "also loophole.conf; the present one is kept as loophole.conf.before-restore"),
    FLAG("without-missing", 0, without_missing, "skip sounds that are missing or offline"),
    FLAG("draft", 0, draft, "the project is the draft: what the autosave has"),
    FLAG("like", 0, alike, "a sound of another pack counts as farther away; with an item: the sound most like it"),
    FLAG("save", 0, last_save, "the project is its last save"),
    FLAG("both", 0, both, "the draft becomes a save, and the last save stays in the list of saves"),
    FLAG("new", 0, new, "replace the marker with a new one"),
    FLAG("read-only", 0, read_only, "the device may only read: it changes nothing"),
    FLAG("hard", 0, hard, "make hard links"),
    WORD("bundle-root", 0, "PATH", bundle_root, "the folder of the bundle; for an import also its archive"),
    WORD("destination-root", 0, "DIR", destination_root, "import to this new folder; unset: only verify"),
    WORD("zip", 0, "FILE", zip, "also write it as an archive"),
    WORD("project-file", 0, "FILE", project_file,
         "export the project of this project.json, which need not be one of this engine"),
    LIST("mixer-snapshot", 0, "NAME=PATH,TYPE", mixer_snapshot,
         "add the JSON of a mixer: channel, subgroup or master (may be repeated)"),
    LIST("asset", 0, "NAME=PATH", asset, "add a sound under this name (may be repeated)"),
    WORD("sampler-manifest", 0, "FILE", sampler_manifest, "the sampler manifest with which sounds are compared"),
    WORD("project-id", 0, "NAME", project_id, "the folder of the autosaves, and the name in their prompt"),
    WORD("autosave-dir", 0, "DIR", autosave_dir, "write the autosaves to NAME in this folder"),
    NUMBER("iterations", 0, "N", iterations, 1, 1000000, "N autosaves; unset: 12"),
    NUMBER("interval-seconds", 0, "S", interval_seconds, 1, 86400,
           "the synthetic clock goes on by S seconds after each; unset: 90"),
    WORD("manifest", 0, "FILE", manifest, "each autosave has a copy of this project_manifest.json"),
    NUMBER("asset-count", 0, "N", asset_count, 1, 1000000,
           "assets that the autosaves state; unset: those of the manifest"),
    FLAG("strict", 0, strict, "refuse sounds that the sampler manifest does not have"),
    FLAG("quick", 0, quick, "do not read the sounds"),
    FLAG("progress", 0, progress, "with --json: also print a line for each step of the work"),
    FLAG("force", 0, force, "replace an existing file or binding"),
};
const int option_count = sizeof option_table / sizeof option_table[0];

const struct option_row *option_named(const char *name, size_t len)
{
    for (int i = 0; i < option_count; i++)
        if (strlen(option_table[i].name) == len && memcmp(option_table[i].name, name, len) == 0)
            return &option_table[i];
    return NULL;
}

/* A flag that has the name of an option with a value. The row of a command has it as "save!". */
static bool is_twin(const struct option_row *option)
{
    return option->kind == OPTION_FLAG && option_named(option->name, strlen(option->name)) != option;
}

static bool ends_name(const struct option_row *option, char after)
{
    return is_twin(option) ? after == '!' : after == ' ' || after == '\0';
}

bool command_takes(const struct command *command, const struct option_row *option)
{
    size_t len = strlen(option->name);

    if (strcmp(option->name, "json") == 0)
        return true;
    for (const char *at = command->options; (at = strstr(at, option->name)) != NULL; at += len)
        if ((at == command->options || at[-1] == ' ') && ends_name(option, at[len]))
            return true;
    return false;
}

static void add_to_list(struct cli *cli, struct text_list *list, const char *word)
{
    struct text *grown = arena_array(&cli->arena, list->count + 1, sizeof *grown);

    if (list->count > 0)
        memcpy(grown, list->at, list->count * sizeof *grown);
    grown[list->count] = text_of(word);
    *list = (struct text_list){ list->count + 1, grown };
}

/* ---- parsing ---- */

struct parsing {
    const struct command *command;
    struct cli *cli;
    int argc, at; /* of the arguments after the command's words, from 1 */
    char **argv;
};

/* Reports wrong usage and ends the process. */
static _Noreturn void refuse_with(const struct parsing *p, struct text what, const char *hint)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_BAD_REQUEST, "%s: %.*s", p->command->name, TEXT_ARG(what));
    fault_hint(&fault, "%s", hint);
    cli_report(p->cli->options.json, &fault);
    exit(EX_USAGE);
}

static _Noreturn void refuse_command(const struct parsing *p, struct text what)
{
    struct text usage = arena_printf(&p->cli->arena, "usage: loophole %s%s%s%s; `loophole %s --help` explains it",
                                     p->command->name, *p->command->options ? " [OPTION…]" : "",
                                     *p->command->args ? " " : "", p->command->args, p->command->name);

    refuse_with(p, what, usage.at ? usage.at : "");
}

/* A whole number, or thousands: 44100, 44.1k. */
static bool read_whole_or_thousands(const char *arg, int64_t *to)
{
    char *end = NULL;
    double thousands;

    errno = 0;
    *to = strtoll(arg, &end, 10);
    if (end > arg && *end == '\0')
        return errno == 0;
    thousands = strtod(arg, &end);
    *to = llround(thousands * 1000);
    return end > arg && strcmp(end, "k") == 0 && isdigit((unsigned char)arg[0]) && thousands < 1e6 &&
           fabs(thousands * 1000 - (double)*to) < 1e-6;
}

static void set_number(const struct parsing *p, const struct option_row *row, const char *arg)
{
    int64_t *at = (int64_t *)(void *)((char *)&p->cli->options + row->offset);

    if (!read_whole_or_thousands(arg, at) || *at < row->min || *at > row->max)
        refuse_command(p, arena_printf(&p->cli->arena, "--%s expects a whole number from %lld to %lld, not \"%s\"",
                                       row->name, (long long)row->min, (long long)row->max, arg));
}

static void set_option(const struct parsing *p, const struct option_row *row, const char *arg)
{
    void *at = (char *)&p->cli->options + row->offset;

    if (row->kind != OPTION_FLAG && arg[0] == '\0' && strcmp(row->arg, "QUERY") != 0 && strcmp(row->arg, "CURSOR") != 0)
        refuse_command(p, arena_printf(&p->cli->arena, "the %s of --%s is empty", row->arg, row->name));
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        return;
    case OPTION_WORD:
        *(const char **)at = arg;
        return;
    case OPTION_LIST:
        add_to_list(p->cli, at, arg);
        return;
    case OPTION_NUMBER:
        set_number(p, row, arg);
        return;
    }
}

/* "--lim" is --limit if no other option of the command begins so. */
static const struct option_row *named_in_part(const struct parsing *p, const char *name, size_t len)
{
    const struct option_row *found = NULL;

    for (int i = 0; i < option_count; i++) {
        const struct option_row *row = &option_table[i];
        if (!command_takes(p->command, row) || strncmp(row->name, name, len) != 0)
            continue;
        if (row->name[len] == '\0')
            return row;
        if (found && !p->command->dashes)
            refuse_command(p, arena_printf(&p->cli->arena, "--%.*s may be --%s or --%s", (int)len, name, found->name,
                                           row->name));
        found = row;
    }
    return p->command->dashes ? NULL : found;
}

static const struct option_row *find_letter(const struct parsing *p, char letter)
{
    for (int i = 0; i < option_count; i++)
        if (option_table[i].letter == letter && command_takes(p->command, &option_table[i]))
            return &option_table[i];
    return NULL;
}

/* The empty query finds all items. Any other empty name is refused: as a path it would be the current folder. */
static bool may_be_empty(const struct command *command)
{
    return strncmp(command->args + (command->args[0] == '['), "QUERY", 5) == 0;
}

static void take_argument(struct parsing *p, char *arg)
{
    if (arg[0] == '\0' && !may_be_empty(p->command))
        refuse_command(p, arena_printf(&p->cli->arena, "argument %d is empty", p->cli->count + 1));
    if (p->cli->count >= p->command->max_args)
        refuse_command(p, arena_printf(&p->cli->arena, "too many arguments: \"%s\"", arg));
    p->cli->args[p->cli->count++] = arg;
}

/* The value of an option is joined to it, or is the next argument. */
static const char *value_of(struct parsing *p, const struct option_row *row, const char *joined)
{
    if (row->kind == OPTION_FLAG && joined)
        refuse_command(p, arena_printf(&p->cli->arena, "--%s takes no value", row->name));
    if (row->kind == OPTION_FLAG || joined)
        return joined;
    if (p->at + 1 >= p->argc)
        refuse_command(p, arena_printf(&p->cli->arena, "--%s expects %s", row->name, row->arg));
    return p->argv[++p->at];
}

static bool take_long(struct parsing *p, const char *arg)
{
    size_t len = strcspn(arg, "=");
    const struct option_row *row = len > 2 ? named_in_part(p, arg + 2, len - 2) : NULL;

    if (row)
        set_option(p, row, value_of(p, row, arg[len] ? arg + len + 1 : NULL));
    return row != NULL;
}

/* Parses "-n5", "-n 5", "-aF". Where arguments may begin with a dash, only a single letter is an option. */
static bool take_letters(struct parsing *p, const char *arg)
{
    const struct option_row *row = find_letter(p, arg[1]);

    if (!row || p->command->dashes == DASHES_TAGS || (p->command->dashes && arg[2]))
        return false;
    for (const char *at = arg + 1; *at; at++) {
        row = find_letter(p, *at);
        if (!row)
            return false;
        if (row->kind != OPTION_FLAG) {
            set_option(p, row, value_of(p, row, at[1] ? at + 1 : NULL));
            return true;
        }
        set_option(p, row, NULL);
    }
    return true;
}

/* "-is:loop" is not a tag to remove; after "--" all arguments are tags. */
static void check_tag(const struct parsing *p, const char *arg)
{
    if (strpbrk(arg, ":<>"))
        refuse_with(p, arena_printf(&p->cli->arena, "\"%s\" is a part of a query, not a tag to remove", arg),
                    QUOTE_QUERY);
}

#define HINT_OF_DASHES "write -- before a query that begins with dashes: loophole search -- --word"

static const char *hint_of_options(const struct parsing *p)
{
    struct text hint = arena_printf(&p->cli->arena, "`loophole %s --help` lists the options", p->command->name);

    return hint.at ? hint.at : "";
}

static void take_one(struct parsing *p, char *arg)
{
    bool is_option = arg[0] == '-' && arg[1] != '\0' && !strchr("0123456789", arg[1]);

    if (is_option && (arg[1] == '-' ? take_long(p, arg) : take_letters(p, arg)))
        return;
    if (is_option && (!p->command->dashes || arg[1] == '-'))
        refuse_with(p, arena_printf(&p->cli->arena, "no option \"%s\"", arg),
                    p->command->dashes ? HINT_OF_DASHES : hint_of_options(p));
    if (is_option && p->command->dashes == DASHES_TAGS)
        check_tag(p, arg);
    take_argument(p, arg);
}

static bool asks_for_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-?") == 0 || strcmp(arg, "--usage") == 0;
}

/* ---- help ---- */

/* "pads" is a command and the beginning of others, which its help names. */
static struct text names_of_group(const struct commands *commands, const struct command *command, struct arena *arena)
{
    struct text names = { 0 };
    size_t len = strlen(command->name);

    for (int i = 0; command_at(commands, i); i++)
        if (strncmp(command_at(commands, i)->name, command->name, len) == 0 &&
            command_at(commands, i)->name[len] == ' ')
            names = arena_printf(arena, "%.*s%s%s", TEXT_ARG(names),
                                 names.len ? ", " : "\n\nSee also: ", command_at(commands, i)->name);
    return names;
}

static void print_help(const struct command *command, struct cli *cli)
{
    struct argp_option *rows = arena_array(&cli->arena, (size_t)option_count + 1, sizeof *rows);
    struct text more = names_of_group(cli->commands, command, &cli->arena);
    struct argp argp = { .args_doc = command->args };
    struct text name = arena_printf(&cli->arena, "loophole %s", command->name);
    int count = 0;

    argp.doc = arena_printf(&cli->arena, "%s.\v%s%.*s", command->doc, command->help, TEXT_ARG(more)).at;
    for (int i = 0; i < option_count; i++)
        if (command_takes(command, &option_table[i]))
            rows[count++] = (struct argp_option){ .name = option_table[i].name,
                                                  .key = option_table[i].letter ? option_table[i].letter : 1000 + i,
                                                  .arg = option_table[i].arg,
                                                  .doc = option_table[i].doc };
    argp.options = rows;
    cli_help(&argp, (char *)(uintptr_t)name.at);
    exit(0);
}

bool options_want_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

void options_parse(const struct command *command, int argc, char **argv, struct cli *cli)
{
    struct parsing p = { command, cli, argc, 1, argv };
    bool all_arguments = false;

    cli->options.limit = -1;
    cli->options.expect = -1;
    cli->options.seed = -1;
    cli->args = arena_array(&cli->arena, (size_t)argc + 1, sizeof *cli->args);
    cli->options.json = options_want_json(argc, argv);
    for (; p.at < argc; p.at++) {
        if (!all_arguments && asks_for_help(argv[p.at]))
            print_help(command, cli);
        if (!all_arguments && strcmp(argv[p.at], "--") == 0)
            all_arguments = true;
        else if (all_arguments)
            take_argument(&p, argv[p.at]);
        else
            take_one(&p, argv[p.at]);
    }
    if (cli->count < command->min_args)
        refuse_command(&p, arena_printf(&cli->arena, "expected %s", command->args));
}
