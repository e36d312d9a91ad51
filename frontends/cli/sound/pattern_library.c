#include "frontends/cli/sound/pattern_library.h"

#include <stdlib.h>
#include <string.h>

#include "common/process/config.h"
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/sound/pattern_source.h"
#include "frontends/cli/sound/sound_commands.h"
#include "store/pattern/message.h"

enum { NAMES_MOST = 1000 };

/* ---- which view ---- */

enum err pattern_library_is_view(struct cli *cli, bool *is_view, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(&cli->paths, &config, fault);

    *is_view = false;
    if (e != ERR_OK)
        return e;
    *is_view = strcmp(config_text(config, "pattern.view"), "library") == 0;
    return config_end(config, ERR_OK, fault);
}

static bool is_filter(const char *arg)
{
    const char *equals = strchr(arg, '=');

    return equals && schema_field(&project_list_library_shape, (struct text){ (uint32_t)(equals - arg), arg });
}

enum err pattern_library_is_meant(struct cli *cli, bool *is_meant, struct fault *fault)
{
    const char *first = cli->count ? cli->args[0] : "0";

    *is_meant = strchr(first, '/') != NULL || is_filter(first);
    if (*is_meant || message_is_slot(text_of(first)))
        return ERR_OK;
    return pattern_library_is_view(cli, is_meant, fault);
}

/* ---- printing ---- */

static void print_pattern_line(struct cli *cli, const struct library_pattern *line)
{
    cli_column(&cli->out, line->place, 32);
    cli_column(&cli->out, line->trouble.len ? TEXT("(cannot be read)") : line->name, 24);
    cli_column(&cli->out, line->genre, 12);
    cli_print(&cli->out, "%7.2f bpm %2llu steps", line->bpm, (unsigned long long)line->steps);
    if (line->has_distance)
        cli_print(&cli->out, " %6.3f", line->distance);
    for (uint32_t t = 0; t < line->tags.count; t++)
        cli_print(&cli->out, " +%.*s", TEXT_ARG(line->tags.at[t]));
    if (line->trouble.len)
        cli_print(&cli->out, " %.*s", TEXT_ARG(line->trouble));
    cli_print(&cli->out, "\n");
}

static enum err print_library(struct cli *cli, const struct library_said *said)
{
    if (cli->options.json)
        return cli_json(cli, &library_said_shape, said);
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(said->message));
    for (uint32_t i = 0; i < said->each.count; i++)
        print_pattern_line(cli, &said->each.at[i]);
    return ERR_OK;
}

static enum err ask_library(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct library_said said = { 0 };
    enum err e = cli_ask(cli, name, request, &said, fault);

    return e == ERR_OK ? print_library(cli, &said) : e;
}

static enum err change_library(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct library_said said = { 0 };
    enum err e = cli_change(cli, name, request, &said, fault);

    return e == ERR_OK ? print_library(cli, &said) : e;
}

/* ---- commands ---- */

static enum err read_filters(struct cli *cli, struct project_list_library *to, struct fault *fault)
{
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < cli->count; i++)
        if (strncmp(cli->args[i], "view=", 5) != 0)
            e = json_assign(&project_list_library_shape, text_of(cli->args[i]), &cli->arena, to, fault);
    if (cli->options.limit > 0)
        to->limit = (uint64_t)cli->options.limit;
    return e;
}

enum err pattern_library_list(struct cli *cli, struct fault *fault)
{
    struct project_list_library request = { 0 };
    enum err e = read_filters(cli, &request, fault);

    return e == ERR_OK ? ask_library(cli, "project.list_library", &request, fault) : e;
}

static enum err find_names(struct cli *cli, struct text_list *to, struct fault *fault)
{
    struct project_list_library request = { .limit = NAMES_MOST };
    struct library_said said = { 0 };
    enum err e = read_filters(cli, &request, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "project.list_library", &request, &said, fault);
    if (e != ERR_OK)
        return e;
    if (said.each.count > 1 && !cli->options.all) {
        fault_set(fault, ERR_BAD_REQUEST, "%llu patterns match", (unsigned long long)said.total);
        return fault_hint(fault, "--all changes all of them, as one step"), ERR_BAD_REQUEST;
    }
    if (said.each.count > NAMES_MOST || (request.limit == NAMES_MOST && said.total > NAMES_MOST)) {
        fault_set(fault, ERR_BAD_REQUEST, "%llu patterns match: at most %d in one step", (unsigned long long)said.total,
                  NAMES_MOST);
        return fault_hint(fault, "choose fewer with another filter"), ERR_BAD_REQUEST;
    }
    for (uint32_t i = 0; i < said.each.count; i++)
        to->at[to->count++] = said.each.at[i].place;
    return ERR_OK;
}

static bool takes_target(int32_t verb)
{
    return verb == LIBRARY_VERB_COPY || verb == LIBRARY_VERB_MOVE || verb == LIBRARY_VERB_SWAP ||
           verb == LIBRARY_VERB_RENAME;
}

/* The arguments: names, or filters; for some verbs the last one is the new name or the folder. */
enum err pattern_library_change(struct cli *cli, int32_t verb, struct fault *fault)
{
    struct project_change_library request = { .verb.value = verb };
    struct text *names = arena_array(&cli->arena, NAMES_MOST + 1, sizeof(*names));
    enum err e = ERR_OK;

    if (takes_target(verb) && cli->count > 1)
        request.to = text_of(cli->args[--cli->count]);
    if (cli->count > NAMES_MOST)
        return fault_set(fault, ERR_BAD_REQUEST, "%d names: at most %d in one step", cli->count, NAMES_MOST);
    request.names.at = names;
    if (cli->count && is_filter(cli->args[0]))
        e = find_names(cli, &request.names, fault);
    else
        for (int i = 0; i < cli->count; i++)
            names[request.names.count++] = text_of(cli->args[i]);
    return e == ERR_OK ? change_library(cli, "project.change_library", &request, fault) : e;
}

enum err pattern_library_archive(struct cli *cli, struct fault *fault)
{
    return pattern_library_change(cli, LIBRARY_VERB_ARCHIVE, fault);
}

enum err pattern_library_unarchive(struct cli *cli, struct fault *fault)
{
    return pattern_library_change(cli, LIBRARY_VERB_UNARCHIVE, fault);
}

enum err pattern_library_undo(struct cli *cli, struct fault *fault)
{
    return change_library(cli, "project.undo_library", NULL, fault);
}

enum err pattern_library_redo(struct cli *cli, struct fault *fault)
{
    return change_library(cli, "project.redo_library", NULL, fault);
}

enum err pattern_library_save(struct cli *cli, struct fault *fault)
{
    struct project_save_file request = { 0 };
    enum err e = ERR_OK;

    if (cli->count)
        request.name = text_of(cli->args[0]);
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        if (strncmp(cli->args[i], "folder=", 7) == 0)
            request.folder = text_of(cli->args[i] + 7);
        else
            e = pattern_source_text(cli, cli->args[i], &request.file, fault);
    return e == ERR_OK ? change_library(cli, "project.save_file", &request, fault) : e;
}

enum err pattern_library_similar(struct cli *cli, struct fault *fault)
{
    struct project_similar_patterns request = { 0 };
    struct pattern_source source = { 0 };
    enum err e = cli->count ? pattern_source_find(cli, cli->args[0], &source, fault) : ERR_OK;

    if (cli->options.limit > 0)
        request.limit = (uint64_t)cli->options.limit;
    request.name = source.name;
    request.file = source.file;
    request.slot = source.slot;
    request.has_slot = source.slot.len > 0;
    return e == ERR_OK ? ask_library(cli, "project.similar_patterns", &request, fault) : e;
}
