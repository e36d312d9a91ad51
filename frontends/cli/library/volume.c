/* volume.c: volumes: list, mark, label. */

#include <stdio.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/library/library_commands.h"
#include "schema_availability.h"

static uint64_t count_all(const struct state_counts *counts)
{
    return counts->local + counts->remote_fetching + counts->remote_offline + counts->external_online +
           counts->external_offline + counts->missing;
}

static enum err print_volume_json(struct cli *cli, const struct volume_seen *seen)
{
    struct volume_line line = { .volume = seen->volume,
                                .state = seen->state,
                                .why = seen->why,
                                .duplicates = seen->duplicates,
                                .has_counts = seen->has_counts,
                                .counts = seen->counts,
                                .has_items = seen->has_counts,
                                .items = count_all(&seen->counts),
                                .has_offline = seen->has_counts,
                                .offline = seen->counts.external_offline + seen->counts.remote_offline };

    return cli_json(cli, &volume_line_shape, &line);
}

static void print_row(struct cli *cli, const struct volume_seen *seen)
{
    char id[ID_TEXT_SIZE], items[24] = "";

    cli_column(&cli->out, text_of(id_write(seen->volume.id, id)), 26);
    cli_column(&cli->out, seen->volume.label, 16);
    cli_column(&cli->out, text_of(choice_word(&volume_state_table, seen->state.value)), 6);
    cli_column(&cli->out, text_of(choice_word(&backend_table, seen->volume.backend.value)), 8);
    if (seen->has_counts)
        (void)snprintf(items, sizeof(items), "%llu", (unsigned long long)count_all(&seen->counts));
    cli_print(&cli->out, "%8s  %.*s\n", items, (int)seen->volume.mount.len,
              seen->volume.mount.len ? (const char *)seen->volume.mount.at : "");
    if (seen->why.len)
        cli_print(&cli->out, "  %.*s\n", TEXT_ARG(seen->why));
    for (uint32_t i = 0; i < seen->duplicates.count; i++)
        cli_print(&cli->out, "  duplicate at %.*s: `loophole volume mark --new` gives it its own identity\n",
                  (int)seen->duplicates.at[i].len, (const char *)seen->duplicates.at[i].at);
}

static enum err print_volume(struct cli *cli, const struct volume_seen *seen)
{
    if (cli->options.json)
        return print_volume_json(cli, seen);
    print_row(cli, seen);
    return ERR_OK;
}

static void print_head(struct cli *cli)
{
    if (!cli->options.json)
        cli_print(&cli->out, "%-26s %-16s %-6s %-8s %8s  %s\n", "ID", "LABEL", "STATE", "BACKEND", "ITEMS", "MOUNT");
}

enum err volume_list(struct cli *cli, struct fault *fault)
{
    struct volumes_seen all = { 0 };
    enum err e = cli_ask(cli, "availability.volumes", NULL, &all, fault);

    if (e == ERR_OK)
        print_head(cli);
    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++)
        e = print_volume(cli, &all.each.at[i]);
    if (e == ERR_OK && all.hung && !cli->options.json)
        cli_print(&cli->out, "mounts that do not answer: %llu\n", (unsigned long long)all.hung);
    return e;
}

static enum err print_place(struct cli *cli, const struct place_seen *place)
{
    const struct volume_seen seen = { .volume = place->volume,
                                      .state = { .value = place->here ? VOLUME_STATE_HERE : VOLUME_STATE_AWAY },
                                      .why = place->why };

    print_head(cli);
    return print_volume(cli, &seen);
}

enum err volume_mark(struct cli *cli, struct fault *fault)
{
    struct availability_mark mark = { .label = text_of(cli->options.name), .new = cli->options.new };
    struct place_seen place = { 0 };
    enum err e = cli_path(cli, cli->args[0], &mark.path, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "availability.mark", &mark, &place, fault);
    return e == ERR_OK ? print_place(cli, &place) : e;
}

enum err volume_label(struct cli *cli, struct fault *fault)
{
    struct availability_label label = { .label = text_of(cli->args[1]) };
    struct place_seen place = { 0 };
    enum err e;

    if (!id_read(text_of(cli->args[0]), &label.volume)) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not the id of a volume", cli->args[0]);
        return fault_hint(fault, "`loophole volume list` shows the ids");
    }
    e = cli_ask(cli, "availability.label", &label, &place, fault);
    return e == ERR_OK ? print_place(cli, &place) : e;
}
