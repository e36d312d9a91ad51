#include "frontends/cli/options.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "frontends/cli/command.h"

#define AT(member) offsetof(struct options, member)

const struct option_row option_table[] = {
    { "json", 0, NULL, "JSON lines instead of text", OPTION_FLAG, AT(json), 0, 0 },
    { "limit", 'n', "N", "at most N results", OPTION_NUMBER, AT(limit), 0, 1000000 },
    { "sort", 's', "FIELD", "name, bpm, -duration_s … (with a minus: largest first)", OPTION_WORD, AT(sort), 0, 0 },
    { "fields", 'f', "A,B,…", "only these keys of an item, as columns: name,path,bpm,tags", OPTION_WORD, AT(fields), 0,
      0 },
    { "facets", 0, "A,B,…", "count the values of these facets", OPTION_WORD, AT(facets), 0, 0 },
    { "page", 0, "N", "the N-th page, each of --limit results", OPTION_NUMBER, AT(page), 1, 100000 },
    { "cursor", 0, "CURSOR", "the page after this cursor, which `loophole ask search.query` prints", OPTION_WORD,
      AT(cursor), 0, 0 },
    { "inside", 0, "QUERY", "groups with at least one copy that matches", OPTION_WORD, AT(inside), 0, 0 },
    { "in", 0, "QUERY", "only items that match", OPTION_WORD, AT(in), 0, 0 },
    { "aspect", 0, "A=W,…", "weights of spectrum, timbre, pitch, amplitude, rhythm", OPTION_WORD, AT(weights), 0, 0 },
    { "like", 0, "A,B,…", "more examples, ids or paths of items", OPTION_WORD, AT(like), 0, 0 },
    { "unlike", 0, "C,D,…", "counter-examples", OPTION_WORD, AT(unlike), 0, 0 },
    { "more", 0, "A=SHARE,…", "more, or less, than the examples: bright, length, loud, high, punchy", OPTION_WORD,
      AT(more), 0, 0 },
    { "save", 0, "NAME", "do not search, but save the query for use as @NAME", OPTION_WORD, AT(save), 0, 0 },
    { "times", 0, "N", "number of steps", OPTION_NUMBER, AT(times), 1, UNDO_STEPS },
    { "to", 0, "STEP|PATH|DB", "undo this step and all later ones; relink: the file or folder; normalise: the level",
      OPTION_WORD, AT(to), 0, 0 },
    { "by", 0, "NAME", "only the last step of this client, as `undo list` names it", OPTION_WORD, AT(by), 0, 0 },
    { "mine", 0, NULL, "only the last step that was made on the command line", OPTION_FLAG, AT(mine), 0, 0 },
    { "apply", 0, NULL, "relink each item to its best candidate", OPTION_FLAG, AT(apply), 0, 0 },
    { "scope", 0, "SCOPE",
      "catalogue, moves, or the id of a project; of a kit: global, project or ephemeral; unset: the first", OPTION_WORD,
      AT(scope), 0, 0 },
    { "undo", 0, "STEP|ID|NAME|PATH", "undo this move, or the item's newest move; no scan follows it again",
      OPTION_WORD, AT(undo), 0, 0 },
    { "content", 0, NULL, "print only the hash of its content, as a server's pack names it", OPTION_FLAG, AT(content),
      0, 0 },
    { "yes", 'y', NULL, "do not ask", OPTION_FLAG, AT(yes), 0, 0 },
    { "empty", 0, NULL, "remove them for good", OPTION_FLAG, AT(empty), 0, 0 },
    { "off", 0, NULL, "remove the mark, the setting or the entry", OPTION_FLAG, AT(off), 0, 0 },
    { "kind", 0, "KIND", "same_file, same_audio or same_sound; of a kit: drum, vocal or texture", OPTION_WORD, AT(kind),
      0, 0 },
    { "wait", 'w', NULL, "wait until a scan or a fetch is done, with its progress, or until a pattern plays",
      OPTION_FLAG, AT(wait), 0, 0 },
    { "watch", 0, NULL, "show it again every second", OPTION_FLAG, AT(watch), 0, 0 },
    { "follow", 'F', NULL, "print new lines as they come", OPTION_FLAG, AT(follow), 0, 0 },
    { "all", 'a', NULL, "everything: all lines, or all items that a query matches", OPTION_FLAG, AT(all), 0, 0 },
    { "ignore", 0, "GLOB", "skip names like this (may be repeated)", OPTION_LIST, AT(ignore), 0, 0 },
    { "follow-links", 0, NULL, "follow links that lead out of the folder: you made them", OPTION_FLAG, AT(follow_links),
      0, 0 },
    { "hidden-files", 0, NULL, "index names that begin with a dot", OPTION_FLAG, AT(hidden_files), 0, 0 },
    { "accept-missing", 0, NULL, "confirm that files are gone: mark them as missing", OPTION_FLAG, AT(accept_missing),
      0, 0 },
    { "retry-failed", 0, NULL, "analyse failed and quarantined files again", OPTION_FLAG, AT(retry_failed), 0, 0 },
    { "full", 0, NULL, "read every file again, also those that seem unchanged", OPTION_FLAG, AT(full), 0, 0 },
    { "totals", 0, NULL, "with --json: a last line with the total and the cursor of the next page", OPTION_FLAG,
      AT(totals), 0, 0 },
    { "dry-run", 0, NULL, "change nothing: print what would be done", OPTION_FLAG, AT(dry_run), 0, 0 },
    { "any", 0, NULL, "also keep a fact that no query knows; kit swap: take a sound of any class", OPTION_FLAG, AT(any),
      0, 0 },
    { "expect", 0, "REVISION", "only if the item is still at this revision", OPTION_NUMBER, AT(expect), 0, INT64_MAX },
    { "budget", 0, "MS", "wait at most MS milliseconds for an answer", OPTION_NUMBER, AT(budget_ms), 1, 600000 },
    { "request-id", 0, "ID", "the request's id: a repeated request changes nothing", OPTION_WORD, AT(request_id), 0,
      0 },
    { "body", 0, "JSON", "the whole message as JSON", OPTION_WORD, AT(body), 0, 0 },
    { "type", 0, "TYPE", "waveform, loudness, onsets, beats, spectrum, spectrogram, embedding, print, gist",
      OPTION_WORD, AT(type), 0, 0 },
    { "clients", 'c', "N", "N clients at once", OPTION_NUMBER, AT(clients), 1, 256 },
    { "seconds", 0, "S", "for S seconds", OPTION_NUMBER, AT(seconds), 1, 3600 },
    { "rate", 'r', "R", "R Hz; bench: R asks a second from all clients together, unset: as fast as answers come",
      OPTION_NUMBER, AT(rate), 1, 1000000 },
    { "bits", 0, "N", "samples of 16 or 24 bits, or 32 for floats", OPTION_NUMBER, AT(bits), 0, 64 },
    { "mono", 0, NULL, "one channel: the mean of all", OPTION_FLAG, AT(mono), 0, 0 },
    { "normalise", 0, NULL, "scale so that the highest sample is 0.1 dB below full scale", OPTION_FLAG, AT(normalise),
      0, 0 },
    { "rename", 0, "PATTERN", "names made of {file} {name} {n} {bpm} {key} {class} {pack} {id}", OPTION_WORD,
      AT(rename), 0, 0 },
    { "plot", 0, "FILE.svg", "draw the latencies", OPTION_WORD, AT(plot), 0, 0 },
    { "png", 0, "FILE", "write it as a PNG picture", OPTION_WORD, AT(png), 0, 0 },
    { "room", 0, NULL, "in three dimensions", OPTION_FLAG, AT(room), 0, 0 },
    { "seed", 0, "N", "random seed: the same seed gives the same result", OPTION_NUMBER, AT(seed), 0, INT64_MAX },
    { "remake", 0, NULL, "compute the layout again: every item may move", OPTION_FLAG, AT(remake), 0, 0 },
    { "prometheus", 0, NULL, "as Prometheus text", OPTION_FLAG, AT(prometheus), 0, 0 },
    { "loop", 0, NULL, "repeat until stopped", OPTION_FLAG, AT(loop), 0, 0 },
    { "gain", 0, "DB", "change the gain by DB decibels: -6, -6dB, or 50%", OPTION_WORD, AT(gain), 0, 0 },
    { "from", 0, "S|BAR|PAD", "begin at second S of the sound; transport start: at bar BAR; kit load: on pad PAD",
      OPTION_WORD, AT(from), 0, 0 },
    { "until", 0, "S", "end before second S of the sound; with --loop, repeat up to it", OPTION_WORD, AT(until), 0, 0 },
    { "loop-from", 0, "S", "repeat from second S of the sound on", OPTION_WORD, AT(loop_from), 0, 0 },
    { "fade-in", 0, "S", "fade in over the first S seconds: 10ms, 0.5s", OPTION_WORD, AT(fade_in), 0, 0 },
    { "fade-out", 0, "S", "fade out over the last S seconds", OPTION_WORD, AT(fade_out), 0, 0 },
    { "whole", 0, NULL, "the whole file, without its trim, fades and gain", OPTION_FLAG, AT(whole), 0, 0 },
    { "fade", 0, "S", "fade over S seconds: 2, 2s, 500ms", OPTION_WORD, AT(fade), 0, 0 },
    { "in-context", 0, NULL, "at the next bar, in the tempo of the transport and the key of the project", OPTION_FLAG,
      AT(in_context), 0, 0 },
    { "chain", 0, "CLIENT:PORT",
      "send the sound through another JACK client and back; for two inputs CLIENT:LEFT,RIGHT", OPTION_WORD, AT(chain),
      0, 0 },
    { "stretch", 0, NULL, "change the tempo to that of the transport", OPTION_FLAG, AT(stretch), 0, 0 },
    { "key", 0, "KEY", "transpose to this key: Am, F#maj", OPTION_WORD, AT(key), 0, 0 },
    { "at", 0, "now|beat|step|bar", "begin on the grid, while the transport runs; kit load: now, step or bar",
      OPTION_WORD, AT(at), 0, 0 },
    { "start-transport", 0, NULL, "also start the transport", OPTION_FLAG, AT(start_transport), 0, 0 },
    { "open", 0, NULL, "open it in the browser of this desktop (xdg-open)", OPTION_FLAG, AT(open), 0, 0 },
    { "immediate", 0, NULL, "play at once, from the position in the file", OPTION_FLAG, AT(immediate), 0, 0 },
    { "period", 0, "FRAMES", "frames in a period: a power of two", OPTION_NUMBER, AT(period), 16, 8192 },
    { "name", 0, "NAME", "the name; for a volume, the label; unset, a take is named by the time of day", OPTION_WORD,
      AT(name), 0, 0 },
    { "port", 0, "CLIENT:PORT", "record this JACK port", OPTION_WORD, AT(port), 0, 0 },
    { "source", 0, "CHANNEL", "record this channel of the mixer, or the master, in place of the inputs", OPTION_WORD,
      AT(source), 0, 0 },
    { "loopback", 0, NULL, "only measure the latency from an output through a cable to an input", OPTION_FLAG,
      AT(loopback), 0, 0 },
    { "inputs", 0, "CLIENT:PORT,…", "connect these JACK ports first, in turn left and right", OPTION_WORD, AT(inputs),
      0, 0 },
    { "format", 0, "FORMAT",
      "wav (32-bit floats), wav24 or flac (both 24 bits); unset: recording.format; of a kit: hydrogen, h2drumkit or "
      "sfz",
      OPTION_WORD, AT(format), 0, 0 },
    { "gaps", 0, "WAY", "for missing frames: fill (write silence) or skip (leave them out); unset: recording.gaps",
      OPTION_WORD, AT(gaps), 0, 0 },
    { "role", 0, "ROLE", "role in the context: drums, bass, vocal, …", OPTION_WORD, AT(role), 0, 0 },
    { "section", 0, "SECTION", "the section of the song: intro, verse, chorus, …", OPTION_WORD, AT(section), 0, 0 },
    { "slots", 0, "A,B,…", "the slots of a kit: kick,snare,hat,perc1; unset: the usual ones of its kind", OPTION_WORD,
      AT(slots), 0, 0 },
    { "tags", 0, "A,B,…", "only sounds with one of these tags, genres or classes; those with several come first",
      OPTION_WORD, AT(tags), 0, 0 },
    { "without", 0, "A,B,…", "no sounds with one of these tags, genres, classes or families", OPTION_WORD, AT(without),
      0, 0 },
    { "chops", 0, "ID|PATH|QUERY",
      "the slots of a kit are the parts of this sound: its phrases and syllables, or its beats", OPTION_WORD, AT(chops),
      0, 0 },
    { "spread", 0, "0-1", "how far other sounds may be from the present ones: 0 the nearest, 1 any; unset: 0.5",
      OPTION_WORD, AT(spread), 0, 0 },
    { "track", 0, "NAME", "the track of the clip; it is made if the project has none of that name", OPTION_WORD,
      AT(track), 0, 0 },
    { "quantise", 0, "1/N", "move each hit to the nearest line of a grid: 1/16 has 16 lines in a bar", OPTION_WORD,
      AT(quantise), 0, 0 },
    { "strength", 0, "0-1|N%", "how far --quantise moves a hit: 100% onto the line; unset: 100%", OPTION_WORD,
      AT(strength), 0, 0 },
    { "as-audio", 0, NULL, "make an audio file of the hits, not a MIDI file", OPTION_FLAG, AT(as_audio), 0, 0 },
    { "as-pattern", 0, "SLOT", "make a pattern in this slot, not a clip", OPTION_WORD, AT(as_pattern), 0, 0 },
    { "bars", 0, "N", "the length: N bars of the transport, or of the repeated sound", OPTION_NUMBER, AT(bars), 1,
      1000 },
    { "at-bar", 0, "next|N", "begin at the next bar, or at bar N; the first is 1", OPTION_WORD, AT(at_bar), 0, 0 },
    { "punch", 0, "IN-OUT", "from the beginning of bar IN to that of bar OUT", OPTION_WORD, AT(punch), 0, 0 },
    { "count-in", 0, "N", "start the transport, after a count-in of N bars", OPTION_NUMBER, AT(count_in), 1, 8 },
    { "line", 0, NULL, "for shell completion scripts: complete the last of the words after --", OPTION_FLAG, AT(line),
      0, 0 },
    { "project", 0, "NAME", "project, by name or id; unset: the open one", OPTION_WORD, AT(project), 0, 0 },
    { "view", 0, "VIEW", "combined, project (items that the project uses) or global (the libraries); unset: combined",
      OPTION_WORD, AT(view), 0, 0 },
    { "folder", 0, "DIR", "in this folder; unset: below the folder of projects", OPTION_WORD, AT(folder), 0, 0 },
    { "label", 0, "TEXT", "name of the change in `undo list`", OPTION_WORD, AT(label), 0, 0 },
    { "file", 0, NULL, "load the project.json that another program changed", OPTION_FLAG, AT(file), 0, 0 },
    { "check", 0, NULL, "only report what would be copied", OPTION_FLAG, AT(check), 0, 0 },
    { "trust-links", 0, NULL, "follow the links out of the folder: you made them", OPTION_FLAG, AT(trust_links), 0, 0 },
    { "with-projects", 0, NULL, "also the projects in the engine's own folder, with their recordings", OPTION_FLAG,
      AT(with_projects), 0, 0 },
    { "settings", 0, NULL, "also loophole.conf; the present one is kept as loophole.conf.before-restore", OPTION_FLAG,
      AT(settings), 0, 0 },
    { "without-missing", 0, NULL, "skip sounds that are missing or offline", OPTION_FLAG, AT(without_missing), 0, 0 },
    { "draft", 0, NULL, "the project is the draft: what the autosave has", OPTION_FLAG, AT(draft), 0, 0 },
    { "like", 0, NULL, "a sound of another pack counts as farther away; with an item: the sound most like it",
      OPTION_FLAG, AT(alike), 0, 0 },
    { "save", 0, NULL, "the project is its last save", OPTION_FLAG, AT(last_save), 0, 0 },
    { "both", 0, NULL, "the draft becomes a save, and the last save stays in the list of saves", OPTION_FLAG, AT(both),
      0, 0 },
    { "new", 0, NULL, "replace the marker with a new one", OPTION_FLAG, AT(new), 0, 0 },
    { "read-only", 0, NULL, "the device may only read: it changes nothing", OPTION_FLAG, AT(read_only), 0, 0 },
    { "hard", 0, NULL, "make hard links", OPTION_FLAG, AT(hard), 0, 0 },
    { "bundle-root", 0, "PATH", "the folder of the bundle; for an import also its archive", OPTION_WORD,
      AT(bundle_root), 0, 0 },
    { "destination-root", 0, "DIR", "import to this new folder; unset: only verify", OPTION_WORD, AT(destination_root),
      0, 0 },
    { "zip", 0, "FILE", "also write it as an archive", OPTION_WORD, AT(zip), 0, 0 },
    { "project-file", 0, "FILE", "export the project of this project.json, which need not be one of this engine",
      OPTION_WORD, AT(project_file), 0, 0 },
    { "mixer-snapshot", 0, "NAME=PATH,TYPE", "add the JSON of a mixer: channel, subgroup or master (may be repeated)",
      OPTION_LIST, AT(mixer_snapshot), 0, 0 },
    { "asset", 0, "NAME=PATH", "add a sound under this name (may be repeated)", OPTION_LIST, AT(asset), 0, 0 },
    { "sampler-manifest", 0, "FILE", "the sampler manifest with which sounds are compared", OPTION_WORD,
      AT(sampler_manifest), 0, 0 },
    { "project-id", 0, "NAME", "the folder of the autosaves, and the name in their prompt", OPTION_WORD, AT(project_id),
      0, 0 },
    { "autosave-dir", 0, "DIR", "write the autosaves to NAME in this folder", OPTION_WORD, AT(autosave_dir), 0, 0 },
    { "iterations", 0, "N", "N autosaves; unset: 12", OPTION_NUMBER, AT(iterations), 1, 1000000 },
    { "interval-seconds", 0, "S", "the synthetic clock goes on by S seconds after each; unset: 90", OPTION_NUMBER,
      AT(interval_seconds), 1, 86400 },
    { "manifest", 0, "FILE", "each autosave has a copy of this project_manifest.json", OPTION_WORD, AT(manifest), 0,
      0 },
    { "asset-count", 0, "N", "assets that the autosaves state; unset: those of the manifest", OPTION_NUMBER,
      AT(asset_count), 1, 1000000 },
    { "strict", 0, NULL, "refuse sounds that the sampler manifest does not have", OPTION_FLAG, AT(strict), 0, 0 },
    { "quick", 0, NULL, "do not read the sounds", OPTION_FLAG, AT(quick), 0, 0 },
    { "progress", 0, NULL, "with --json: also print a line for each step of the work", OPTION_FLAG, AT(progress), 0,
      0 },
    { "force", 0, NULL, "replace an existing file or binding", OPTION_FLAG, AT(force), 0, 0 },
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
