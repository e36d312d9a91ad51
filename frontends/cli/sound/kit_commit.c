/* kit_commit.c: `kit commit`, which keeps what was played on the pads. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "proto/wire/codec_copy.h"
#include "schema_cli.h"
#include "schema_project.h"

enum { BARS_MOST = 64, PATTERN_BARS_MOST = 4, LINES_MOST = 64 };

/* False: it is no whole number from 1 to `most`. */
static bool read_count(const char *typed, uint64_t most, uint64_t *to)
{
    char *end;

    errno = 0;
    *to = strtoull(typed, &end, 10);
    return end != typed && !*end && !errno && *typed >= '0' && *typed <= '9' && *to >= 1 && *to <= most;
}

static enum err read_bars(const struct cli *cli, uint64_t most, uint64_t *bars, struct fault *fault)
{
    return read_count(cli->args[0], most, bars)
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "%s bars are out of range: 1 to %u%s", cli->args[0], (unsigned)most,
                           most == PATTERN_BARS_MOST ? ", because a pattern has at most 64 steps" : "");
}

/* Sets the two fields of that name of a request. */
static enum err read_grid(struct cli *cli, const struct shape *shape, void *request, struct fault *fault)
{
    const char *typed = cli->options.quantise;
    uint64_t lines;
    enum err e = ERR_OK;

    if (typed && (strncmp(typed, "1/", 2) != 0 || !read_count(typed + 2, LINES_MOST, &lines)))
        return fault_set(fault, ERR_BAD_REQUEST, "--quantise expects 1/N, such as 1/16, not \"%s\"", typed);
    if (cli->options.strength && !typed)
        return fault_set(fault, ERR_BAD_REQUEST, "--strength needs --quantise, such as --quantise 1/16");
    if (typed)
        e = units_set(cli, shape, "quantise", typed + 2, request, fault);
    if (e == ERR_OK && cli->options.strength)
        e = units_set(cli, shape, "strength", cli->options.strength, request, fault);
    return e;
}

static enum err read_track(const struct cli *cli, struct text *track, struct fault *fault)
{
    *track = text_of(cli->options.track ? cli->options.track : "");
    if (track->len)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "a clip needs a track");
    return fault_hint(fault, "`loophole kit commit %s --track Drums`", cli->args[0]), ERR_BAD_REQUEST;
}

static enum err print_committed(struct cli *cli, const struct kit_committed *made)
{
    if (cli->options.json)
        return cli_json(cli, &kit_committed_shape, made);
    cli_print(&cli->out, "%.*s  %llu hit%s, on track %.*s from beat %g\n%.*s\n", TEXT_ARG(made->name),
              (unsigned long long)made->hits, text_plural(made->hits), TEXT_ARG(made->track_name), made->start,
              (int)made->path.len, (const char *)made->path.at);
    if (made->has_lost)
        cli_print(&cli->out, "%llu hit%s in these bars are lost: the streamer was dead for too long\n",
                  (unsigned long long)made->lost, text_plural(made->lost));
    return ERR_OK;
}

/* ---- a pattern ---- */

static enum err print_pattern(struct cli *cli, const struct kit_pattern *made, const struct slot_said *said)
{
    struct kit_pattern_line line = { .slot = text_of(cli->options.as_pattern),
                                     .message = said->message,
                                     .rows = made->rows,
                                     .steps = made->steps,
                                     .bpm = made->bpm,
                                     .remarks = made->remarks };

    if (cli->options.json)
        return cli_json(cli, &kit_pattern_line_shape, &line);
    cli_print(&cli->out, "%.*s: %llu row%s of %llu steps, %g bpm\n", TEXT_ARG(line.message),
              (unsigned long long)line.rows, text_plural(line.rows), (unsigned long long)line.steps, line.bpm);
    for (uint32_t i = 0; i < line.remarks.count; i++)
        cli_print(&cli->out, "  %.*s\n", TEXT_ARG(line.remarks.at[i]));
    return ERR_OK;
}

static enum err commit_pattern(struct cli *cli, struct text project, struct fault *fault)
{
    struct project_played_pattern request = { .project = project };
    struct project_save_pattern save = { .project = project, .slot = text_of(cli->options.as_pattern) };
    struct kit_pattern made = { 0 }, kept = { 0 };
    struct slot_said said = { 0 };
    enum err e = read_bars(cli, PATTERN_BARS_MOST, &request.bars, fault);

    if (e == ERR_OK)
        e = read_grid(cli, &project_played_pattern_shape, &request, fault);
    if (e == ERR_OK)
        e = cli_ask(cli, "project.played_pattern", &request, &made, fault);
    if (e == ERR_OK)
        e = codec_copy(&kit_pattern_shape, &made, &cli->arena, &kept); /* the next ask ends the answer's memory */
    save.file = kept.file;
    if (e == ERR_OK)
        e = cli_change(cli, "project.save_pattern", &save, &said, fault);
    return e == ERR_OK ? print_pattern(cli, &kept, &said) : e;
}

/* ---- the command ---- */

static enum err commit_clip(struct cli *cli, struct text project, struct fault *fault)
{
    struct project_commit_kit request = { .project = project };
    struct kit_committed made = { 0 };
    enum err e = read_bars(cli, BARS_MOST, &request.bars, fault);

    if (e == ERR_OK)
        e = read_track(cli, &request.track, fault);
    if (e == ERR_OK)
        e = read_grid(cli, &project_commit_kit_shape, &request, fault);
    request.has_as_audio = request.as_audio = cli->options.as_audio;
    if (e == ERR_OK)
        e = cli_change(cli, "project.commit_kit", &request, &made, fault);
    return e == ERR_OK ? print_committed(cli, &made) : e;
}

enum err kit_commit(struct cli *cli, struct fault *fault)
{
    const struct text project = text_of(cli->options.project ? cli->options.project : "");

    if (cli->options.as_pattern && cli->options.track)
        return fault_set(fault, ERR_BAD_REQUEST, "a pattern has no track: leave out --track or --as-pattern");
    if (cli->options.as_pattern && cli->options.as_audio)
        return fault_set(fault, ERR_BAD_REQUEST, "--as-audio and --as-pattern exclude each other");
    return cli->options.as_pattern ? commit_pattern(cli, project, fault) : commit_clip(cli, project, fault);
}
