/* region.c: the regions of clips, which the number keys play. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_project.h"

enum { DIGIT_0 = 48, KEYS = 10 };

static struct text text_or_none(const char *typed)
{
    return text_of(typed ? typed : "");
}

static struct text project_of(const struct cli *cli)
{
    return text_or_none(cli->options.project);
}

/* 0 to 9, or the number of a key as the records have it. */
static enum err read_digit_key(const char *typed, uint64_t *to, struct fault *fault)
{
    char *end;

    *to = strtoull(typed, &end, 10);
    if (*end || end == typed || *typed == '-')
        return fault_set(fault, ERR_BAD_REQUEST, "key %.20s is unknown: expected 0 to 9", typed);
    if (*to < 10)
        *to += DIGIT_0;
    return ERR_OK;
}

/* ---- printing ---- */

static void print_region(struct cli *cli, const struct region *region)
{
    cli_print(&cli->out, "%llu  %lld-%lld  volume %.2f%s\n", (unsigned long long)region->digit,
              (long long)region->start, (long long)region->end, region->volume, region->locked ? "  locked" : "");
}

static enum err show_regions(struct cli *cli, const struct regions *regions)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &regions_shape, regions);
    cli_print(&cli->out, "%.*s%s", TEXT_ARG(regions->name), regions->armed ? "  armed" : "");
    if (regions->has_pads)
        cli_print(&cli->out, ", on pads %u-%u", (unsigned)regions->pads, (unsigned)regions->pads + KEYS - 1);
    cli_print(&cli->out, "  %s\n", id_write(regions->clip, id));
    if (regions->warning.len)
        cli_print(&cli->out, "warning: %.*s\n", TEXT_ARG(regions->warning));
    if (regions->placeholder.len)
        cli_print(&cli->out, "placeholder: %.*s\n", TEXT_ARG(regions->placeholder));
    for (uint32_t i = 0; i < regions->each.count; i++)
        print_region(cli, &regions->each.at[i]);
    cli_none(cli, regions->each.count, "It has no regions: loophole region save CLIP KEY START END");
    return ERR_OK;
}

static enum err send_change(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct regions regions = { 0 };
    enum err e = cli_change(cli, name, request, &regions, fault);

    return e == ERR_OK ? show_regions(cli, &regions) : e;
}

/* ---- commands ---- */

enum err region_save(struct cli *cli, struct fault *fault)
{
    struct project_region_save request = { .project = project_of(cli), .clip = text_of(cli->args[0]) };
    enum err e = read_digit_key(cli->args[1], &request.key, fault);

    if (e == ERR_OK)
        e = units_set(cli, &project_region_save_shape, "start", cli->args[2], &request, fault);
    if (e == ERR_OK)
        e = units_set(cli, &project_region_save_shape, "end", cli->args[3], &request, fault);
    request.has_volume = e == ERR_OK && cli->options.gain;
    if (request.has_volume)
        e = units_gain(cli->options.gain, &request.volume, fault);
    return e == ERR_OK ? send_change(cli, "project.region_save", &request, fault) : e;
}

enum err region_play(struct cli *cli, struct fault *fault)
{
    struct project_region_play request = { .project = project_of(cli),
                                           .clip = text_or_none(cli->count > 1 ? cli->args[1] : NULL) };
    enum err e = read_digit_key(cli->args[0], &request.key, fault);

    return e == ERR_OK ? send_change(cli, "project.region_play", &request, fault) : e;
}

enum err region_arm(struct cli *cli, struct fault *fault)
{
    const struct project_region_arm request = { .project = project_of(cli), .clip = text_of(cli->args[0]) };

    return send_change(cli, "project.region_arm", &request, fault);
}

enum err region_pads(struct cli *cli, struct fault *fault)
{
    struct project_region_pads request = { .project = project_of(cli), .has_first = cli->count == 1 };
    enum err e = ERR_OK;

    if (cli->options.off == request.has_first)
        return fault_set(fault, ERR_BAD_REQUEST, "expected a pad, 0 to 118, or --off");
    if (request.has_first)
        e = units_set(cli, &project_region_pads_shape, "first", cli->args[0], &request, fault);
    return e == ERR_OK ? send_change(cli, "project.region_pads", &request, fault) : e;
}

enum err region_lock(struct cli *cli, struct fault *fault)
{
    struct project_region_lock request = { .project = project_of(cli),
                                           .clip = text_or_none(cli->count > 1 ? cli->args[1] : NULL),
                                           .has_on = true,
                                           .on = !cli->options.off };
    enum err e = read_digit_key(cli->args[0], &request.key, fault);

    return e == ERR_OK ? send_change(cli, "project.region_lock", &request, fault) : e;
}

enum err region_delete(struct cli *cli, struct fault *fault)
{
    struct project_region_delete request = { .project = project_of(cli),
                                             .clip = text_or_none(cli->count > 1 ? cli->args[1] : NULL) };
    enum err e = read_digit_key(cli->args[0], &request.key, fault);

    return e == ERR_OK ? send_change(cli, "project.region_delete", &request, fault) : e;
}

enum err region_list(struct cli *cli, struct fault *fault)
{
    const struct project_region_list request = { .project = project_of(cli),
                                                 .clip = text_or_none(cli->count ? cli->args[0] : NULL) };
    struct regions regions = { 0 };
    enum err e = cli_ask(cli, "project.region_list", &request, &regions, fault);

    return e == ERR_OK ? show_regions(cli, &regions) : e;
}
