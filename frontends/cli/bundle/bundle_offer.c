/* bundle_offer.c: what a dialogue says before an import: filters, and how many sounds a sampler manifest has. */
#include "frontends/cli/base/shared.h"
#include "frontends/cli/bundle/bundle_commands.h"
#include "frontends/cli/bundle/bundle_sampler.h"

enum err bundle_offer(struct cli *cli, struct fault *fault)
{
    struct bundle_sampler sampler = { 0 };
    struct bundle_offer offer = { 0 };
    struct buffer said = { 0 };
    struct text_list names;
    enum err e = cli->options.sampler_manifest
                     ? bundle_sampler_read(cli->options.sampler_manifest, &cli->arena, &sampler, fault)
                     : ERR_OK;

    if (e != ERR_OK)
        return e;
    names = bundle_sampler_names(&sampler, &cli->arena);
    bundle_sampler_filters(&names, &cli->arena, &offer.import_dialog_filters);
    bundle_sampler_say(&sampler, &said);
    offer.import_asset_count = sampler.count;
    offer.summary = arena_take(&cli->arena, &said);
    if (cli->options.json)
        return cli_json(cli, &bundle_offer_shape, &offer);
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(offer.summary));
    for (uint32_t i = 0; i < offer.import_dialog_filters.count; i++)
        cli_print(&cli->out, "  %.*s: %.*s\n", TEXT_ARG(offer.import_dialog_filters.at[i].label),
                  TEXT_ARG(offer.import_dialog_filters.at[i].patterns.at[0]));
    return ERR_OK;
}
