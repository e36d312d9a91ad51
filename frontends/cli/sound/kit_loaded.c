/* kit_loaded.c: a kit on the pads: loaded, and changed while it plays. */
#include <errno.h>
#include <stdlib.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/kit.h"
#include "frontends/cli/sound/sound_commands.h"

enum { PADS = 128 };

/* ---- loading ---- */

static enum err read_first(const struct cli *cli, uint64_t *first, struct fault *fault)
{
    const char *typed = cli->options.from ? cli->options.from : "0";
    char *end;

    errno = 0;
    *first = strtoull(typed, &end, 10);
    return end != typed && !*end && !errno && *typed != '-' && *first < PADS
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "pad %s is out of range: 0 to %d", typed, PADS - 1);
}

static enum err read_time(const struct cli *cli, bool *has, struct choice *at, struct fault *fault)
{
    const char *typed = cli->options.at;

    *has = typed != NULL;
    at->value = typed ? choice_value(&pads_at_table, text_of(typed)) : PADS_AT_NOW;
    return at->value != PADS_AT_OTHER
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "--at expects now, step or bar, not \"%s\"", typed);
}

enum err kit_load(struct cli *cli, struct fault *fault)
{
    struct project_load_kit request = { .project = text_of(cli->options.project ? cli->options.project : ""),
                                        .kit = text_of(cli->args[0]) };
    struct kit_loaded loaded = { 0 };
    enum err e = read_first(cli, &request.first, fault);

    if (e == ERR_OK)
        e = read_time(cli, &request.has_at, &request.at, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "project.load_kit", &request, &loaded, fault);
    loaded.kit.has_silent = loaded.silent.count > 0;
    loaded.kit.silent = loaded.silent;
    return e == ERR_OK ? kit_show(cli, &loaded.kit, loaded.first) : e;
}

/* ---- the loaded kit ---- */

static bool is_step(const char *typed)
{
    static const char *const steps[] = { "next", "previous", "random", "back" };

    return TEXT_IS_AMONG(typed, steps);
}

/* A step, or the id of the item that the other arguments name. */
static enum err read_swap(struct cli *cli, struct text *to, struct fault *fault)
{
    char id[ID_TEXT_SIZE];
    struct id item;
    enum err e;

    if (cli->count == 2 && is_step(cli->args[1])) {
        *to = text_of(cli->args[1]);
        return ERR_OK;
    }
    e = named_first(cli, cli->count - 1, cli->args + 1, &item, fault);
    if (e == ERR_OK)
        *to = arena_text(&cli->arena, text_of(id_write(item, id)));
    return e;
}

enum err kit_swap(struct cli *cli, struct fault *fault)
{
    struct project_swap_kit request = { .slot = text_of(cli->args[0]),
                                        .any = cli->options.any,
                                        .has_like = true,
                                        .like = cli->options.alike,
                                        .has_seed = cli->options.seed > 0,
                                        .seed = (uint64_t)cli->options.seed };
    enum err e = read_swap(cli, &request.to, fault);

    return e == ERR_OK ? kit_send_change(cli, "project.swap_kit", &request, fault) : e;
}

static struct text_list all_arguments(struct cli *cli)
{
    struct text_list to = { (uint32_t)cli->count, arena_array(&cli->arena, (size_t)cli->count + 1, sizeof(*to.at)) };

    for (int i = 0; i < cli->count; i++)
        to.at[i] = text_of(cli->args[i]);
    return to;
}

enum err kit_randomise(struct cli *cli, struct fault *fault)
{
    struct project_randomise_kit request = { .slots = all_arguments(cli),
                                             .spread = 0.5,
                                             .has_seed = cli->options.seed > 0,
                                             .seed = (uint64_t)cli->options.seed };
    enum err e = ERR_OK;

    if (cli->options.spread)
        e = units_set(cli, &project_randomise_kit_shape, "spread", cli->options.spread, &request, fault);
    return e == ERR_OK ? kit_send_change(cli, "project.randomise_kit", &request, fault) : e;
}

enum err kit_lock(struct cli *cli, struct fault *fault)
{
    const struct project_lock_kit request = { .slots = all_arguments(cli), .on = !cli->options.off };

    return kit_send_change(cli, "project.lock_kit", &request, fault);
}
