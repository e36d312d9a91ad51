#include "frontends/cli/complete.h"

#include <string.h>

#include "common/process/setting.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/command.h"
#include "frontends/cli/complete_sound.h"
#include "frontends/cli/options.h"
#include "schema_indexer.h"
#include "schema_supervisor.h"
#include "schema_web.h"

static void offer_files(const struct unfinished *u)
{
    cli_print(&u->cli->out, ":files\n");
}

/* ---- possible arguments ---- */

static void offer_query(const struct unfinished *u)
{
    struct search_complete request = { .query = text_of(u->word) };
    struct completions answer = { 0 };

    if (complete_ask(u, "search.complete", &request, &answer))
        for (uint32_t i = 0; i < answer.each.count; i++)
            complete_word(u, answer.each.at[i], "");
}

static void offer_item(const struct unfinished *u)
{
    offer_query(u);
    offer_files(u);
}

/* Offers the first `kept` bytes of the word, such as "+", with the completions of "tag:" and the others. */
static void offer_tags(const struct unfinished *u, int kept)
{
    struct text query = arena_printf(&u->cli->arena, "tag:%s", u->word + kept);
    struct search_complete request = { .query = query };
    struct completions answer = { 0 };

    if (!complete_ask(u, "search.complete", &request, &answer))
        return;
    for (uint32_t i = 0; i < answer.each.count; i++)
        if (text_starts(answer.each.at[i], TEXT("tag:")) && !memchr(answer.each.at[i].at, '"', answer.each.at[i].len))
            cli_print(&u->cli->out, "%s%.*s%.*s\n", u->before, kept, u->word, (int)answer.each.at[i].len - 4,
                      answer.each.at[i].at + 4);
}

/* After a comma, the tags that begin with the rest of the word. */
static void offer_tag_list(const struct unfinished *u)
{
    const char *comma = strrchr(u->word, ',');

    offer_tags(u, comma ? (int)(comma + 1 - u->word) : 0);
}

static void offer_item_or_tag(const struct unfinished *u)
{
    if (u->at > 0 && (u->word[0] == '+' || u->word[0] == '-'))
        offer_tags(u, 1);
    else
        offer_item(u);
}

static void offer_item_or_key(const struct unfinished *u)
{
    offer_item(u);
    if (u->at > 0)
        complete_words(u, "name= pack= notes= remote= origin= favourite= hidden= bpm= key= class= rating= colour=");
}

static void offer_item_or_rating(const struct unfinished *u)
{
    offer_item(u);
    if (u->at > 0)
        complete_words(u, "0 1 2 3 4 5");
}

static void offer_item_or_colour(const struct unfinished *u)
{
    offer_item(u);
    if (u->at > 0)
        complete_words(u, "red orange yellow green blue purple pink grey none");
}

static void offer_services(const struct unfinished *u)
{
    struct service_lines lines = { 0 };

    if (complete_ask(u, "supervisor.services", NULL, &lines))
        for (uint32_t i = 0; i < lines.each.count; i++)
            complete_word(u, lines.each.at[i].service, "");
    else
        complete_words(u, "supervisor persist search availability indexer project composer audio streamer web osc");
}

static void offer_events(const struct unfinished *u)
{
    for (int i = 0; schema_all[i]; i++)
        for (uint32_t k = 0; k < schema_all[i]->event_count; k++)
            complete_word(u, text_of(schema_all[i]->events[k].full_name), "");
}

static void offer_messages(const struct unfinished *u)
{
    const struct ask *which = u->at > 0 ? schema_ask(text_of(u->arguments[0])) : NULL;

    if (which)
        complete_fields(u, which->request, "");
    for (int i = 0; u->at == 0 && schema_all[i]; i++)
        for (uint32_t k = 0; k < schema_all[i]->ask_count; k++)
            complete_word(u, text_of(schema_all[i]->asks[k].full_name), "");
}

static void offer_settings(const struct unfinished *u)
{
    for (uint32_t i = 0; u->at == 0 && i < setting_count; i++)
        complete_word(u, text_of(setting_table[i].key), "");
}

static void offer_libraries(const struct unfinished *u)
{
    struct libraries list = { 0 };

    if (complete_ask(u, "indexer.libraries", NULL, &list))
        for (uint32_t i = 0; i < list.each.count; i++)
            complete_word(u, (struct text){ list.each.at[i].path.len, (const char *)list.each.at[i].path.at }, "");
    offer_files(u);
}

static void offer_tokens(const struct unfinished *u)
{
    struct device_tokens all = { 0 };

    if (complete_ask(u, "web.tokens", NULL, &all))
        for (uint32_t i = 0; i < all.each.count; i++)
            complete_word(u, all.each.at[i].name, "");
}

static void offer_saved(const struct unfinished *u)
{
    struct search_queries request = { .limit = 1000 };
    struct kept_queries kept = { 0 };

    if (complete_ask(u, "search.queries", &request, &kept))
        for (uint32_t i = 0; i < kept.each.count; i++)
            complete_word(u, kept.each.at[i].name, "");
}

static void offer_artefact(const struct unfinished *u)
{
    if (u->at == 0)
        offer_item(u);
    else
        complete_words(u, "waveform loudness onsets beats spectrum spectrogram embedding print gist");
}

#define LOOP_KEYS "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12"
static const struct {
    const char *command;
    void (*offer)(const struct unfinished *u);
    const char *words; /* instead of a function */
} ARGUMENTS[] = {
    { "restart", offer_services, NULL },
    { "config get", offer_settings, NULL },
    { "config set", offer_settings, NULL },
    { "logs", offer_services, NULL },
    { "token remove", offer_tokens, NULL },
    { "stats", offer_services, NULL },
    { "events", offer_events, NULL },
    { "library remove", offer_libraries, NULL },
    { "library rescan", offer_libraries, NULL },
    { "search", offer_query, NULL },
    { "complete", offer_query, NULL },
    { "map", offer_query, NULL },
    { "duplicates", offer_query, NULL },
    { "queries", offer_saved, NULL },
    { "similar", offer_item, NULL },
    { "unlike", offer_item, NULL },
    { "favourite", offer_item, NULL },
    { "hide", offer_item, NULL },
    { "show", offer_item, NULL },
    { "artefact", offer_artefact, NULL },
    { "play", offer_item, NULL },
    { "stop", complete_voices, NULL },
    { "preview", offer_item, NULL },
    { "reveal", offer_item, NULL },
    { "edit", offer_item_or_key, NULL },
    { "rate", offer_item_or_rating, NULL },
    { "colour", offer_item_or_colour, NULL },
    { "labels write", offer_item, NULL },
    { "labels restore", offer_item, NULL },
    { "trim", offer_item, NULL },
    { "fade", offer_item, NULL },
    { "normalise", offer_item, NULL },
    { "tag", offer_item_or_tag, NULL },
    { "ask", offer_messages, NULL },
    { "bench", offer_messages, NULL },
    { "mixer", complete_channels, NULL },
    { "pads set", complete_pad_keys, NULL },
    { "pads quantise", NULL, "1/4 1/8 1/16 1/32 1/12 1/24 off" },
    { "pads layout", NULL, "4x4 8x8" },
    { "preset show", complete_presets, NULL },
    { "preset save", complete_presets, NULL },
    { "preset remove", complete_presets, NULL },
    { "kit load", complete_kits, NULL },
    { "kit show", complete_kits, NULL },
    { "kit set", complete_kits, NULL },
    { "kit remove", complete_kits, NULL },
    { "kit swap", NULL, "kick snare clap hat next previous random back" },
    { "kit randomise", NULL, "kick snare clap hat perc1 perc2 perc3 fx" },
    { "kit lock", NULL, "kick snare clap hat perc1 perc2 perc3 fx" },
    { "kit copy", complete_kits, NULL },
    { "kit export", complete_kits, NULL },
    { "kit save", complete_kits, NULL },
    { "kit new", NULL, "family= tags= author= licence=" },
    { "loop capture", NULL, LOOP_KEYS },
    { "loop volume", NULL, LOOP_KEYS },
    { "loop lock", NULL, LOOP_KEYS },
    { "loop delete", NULL, LOOP_KEYS },
    { "loop undo", NULL, LOOP_KEYS },
    { "loop show", NULL, LOOP_KEYS },
    { "loop play", NULL, LOOP_KEYS " all" },
    { "loop stop", NULL, LOOP_KEYS " all" },
    { "region play", NULL, "1 2 3 4 5 6 7 8 9 0" },
    { "region lock", NULL, "1 2 3 4 5 6 7 8 9 0" },
    { "region delete", NULL, "1 2 3 4 5 6 7 8 9 0" },
    { "audio use", complete_devices, NULL },
    { "audio connect", complete_ports, NULL },
    { "audio disconnect", complete_ports, NULL },
    { "audio insert", complete_inserted, NULL },
    { "transport sync", NULL, "none jack lead midi" },
    { "transport metronome", NULL, "on off" },
    { "completion", NULL, "bash zsh fish" },
};

/* A command that has no row here takes no argument, or the name of a file. */
static void offer_argument(const struct unfinished *u, const struct command *command)
{
    for (size_t i = 0; i < sizeof ARGUMENTS / sizeof ARGUMENTS[0]; i++) {
        if (strcmp(ARGUMENTS[i].command, command->name) != 0)
            continue;
        if (ARGUMENTS[i].offer)
            ARGUMENTS[i].offer(u);
        else
            complete_words(u, ARGUMENTS[i].words);
        return;
    }
    if (command->max_args > 0)
        offer_files(u);
}

/* ---- options ---- */

static const struct {
    const char *option, *words;
} VALUES[] = {
    { "sort", "name pack class family key bpm duration_s lufs size added -bpm -duration_s -lufs -size -added" },
    { "fields", "id name path pack tags class bpm key duration_s lufs notes availability score distance" },
    { "facets", "tag pack kind origin class family genre artist album key container format is colour" },
    { "kind", "same_file same_audio same_sound drum vocal texture" },
    { "type", "waveform loudness onsets beats spectrum spectrogram embedding print gist" },
    { "aspect", "spectrum= timbre= pitch= amplitude= rhythm=" },
    { "more", "bright= length= loud= high= punchy=" },
    { "format", "wav wav24 flac hydrogen sfz" },
    { "gaps", "fill skip" },
    { "scope", "catalogue moves global project ephemeral" },
    { "at", "now beat step bar" },
    { "quantise", "1/4 1/8 1/12 1/16 1/24 1/32" },
    { "view", "combined project global" },
    { "section", "intro verse pre-chorus chorus bridge drop outro" },
};

static void offer_value(const struct unfinished *u, const struct option_row *row)
{
    if (strcmp(row->name, "in") == 0)
        offer_query(u);
    if (strcmp(row->name, "tags") == 0 || strcmp(row->name, "without") == 0)
        offer_tag_list(u);
    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++)
        if (strcmp(VALUES[i].option, row->name) == 0)
            complete_words(u, VALUES[i].words);
    if (strcmp(row->name, "png") == 0 || strcmp(row->name, "plot") == 0)
        offer_files(u);
}

static void offer_options(const struct unfinished *u, const struct command *command)
{
    for (int i = 0; i < option_count; i++)
        if (command_takes(command, &option_table[i]))
            complete_word(u, arena_printf(&u->cli->arena, "--%s", option_table[i].name), "");
    complete_word(u, TEXT("--help"), "");
}

/* ---- the line ---- */

/* Offers each possible word at that position once: "library", or its "add". */
static void offer_commands(const struct unfinished *u, const char *first)
{
    size_t len = first ? strlen(first) : 0;

    for (int i = 0; command_at(u->cli->commands, i); i++) {
        const char *name = command_at(u->cli->commands, i)->name,
                   *before = i > 0 ? command_at(u->cli->commands, i - 1)->name : "";
        size_t word = strcspn(name, " ");

        if (first && strncmp(name, first, len) == 0 && name[len] == ' ')
            complete_word(u, text_of(name + len + 1), "");
        else if (!first && (strncmp(before, name, word) != 0 || (before[word] != ' ' && before[word] != '\0')))
            complete_word(u, (struct text){ (uint32_t)word, name }, "");
    }
}

/* Finds the command of the first two words, or of the first; `used` is the number of words. */
static const struct command *command_of(struct cli *cli, int *used)
{
    for (*used = 2; *used > 0; --*used) {
        struct text typed = arena_printf(&cli->arena, *used == 2 ? "%s %s" : "%s", cli->args[0],
                                         *used == 2 && cli->count > 2 ? cli->args[1] : "");
        for (int i = 0; command_at(cli->commands, i) && cli->count > *used; i++)
            if (text_is(typed, command_at(cli->commands, i)->name))
                return command_at(cli->commands, i);
    }
    return NULL;
}

/* The option whose value follows `before`, else NULL. */
static const struct option_row *option_before(const struct command *command, const char *before)
{
    const struct option_row *row = strncmp(before, "--", 2) == 0 ? option_named(before + 2, strlen(before + 2)) : NULL;

    return row && row->kind != OPTION_FLAG && command_takes(command, row) ? row : NULL;
}

static void complete_argument(struct unfinished *u, const struct command *command, int count, char **words)
{
    const struct option_row *row = count > 1 ? option_before(command, words[count - 2]) : NULL;
    const char *equals = strncmp(u->word, "--", 2) == 0 ? strchr(u->word, '=') : NULL;

    for (int i = 0; i < count - 1; i++) {
        if (words[i][0] == '-' && words[i][1] == '-')
            i += option_before(command, words[i]) != NULL;
        else
            u->arguments[u->at++] = words[i];
    }
    if (!row && equals) {
        row = option_named(u->word + 2, (size_t)(equals - u->word - 2));
        u->before = arena_text(&u->cli->arena, (struct text){ (uint32_t)(equals - u->word + 1), u->word }).at;
        u->word = equals + 1;
    }
    if (row)
        offer_value(u, row);
    else if (strncmp(u->word, "--", 2) == 0 || (u->word[0] == '-' && !command->dashes))
        offer_options(u, command);
    else
        offer_argument(u, command);
}

static void complete_line(struct cli *cli)
{
    struct unfinished u = { .cli = cli, .word = cli->args[cli->count - 1], .before = "" };
    int used;
    const struct command *command = command_of(cli, &used);

    u.arguments = arena_array(&cli->arena, (size_t)cli->count + 1, sizeof *u.arguments);
    if (cli->count <= 2)
        offer_commands(&u, cli->count == 2 ? cli->args[0] : NULL);
    if (cli->count == 1)
        complete_words(&u, "--help --version");
    if (command)
        complete_argument(&u, command, cli->count - used, cli->args + used);
}

enum err complete_run(struct cli *cli, struct fault *fault)
{
    struct search_complete request = { .query = cli_words(cli) };
    struct completions answer = { 0 };
    enum err e;

    if (cli->options.line) {
        complete_line(cli);
        return ERR_OK;
    }
    e = cli_ask(cli, "search.complete", &request, &answer, fault);
    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &completions_shape, &answer);
    for (uint32_t i = 0; i < answer.each.count; i++)
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(answer.each.at[i]));
    return ERR_OK;
}
