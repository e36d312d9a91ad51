/* whereis.c: every known copy of an item. */
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "schema_availability.h"

static void print_copy(struct cli *cli, const struct copy_seen *copy)
{
    char id[ID_TEXT_SIZE];

    cli_column(&cli->out, text_of(id_write(copy->id, id)), 26);
    cli_column(&cli->out, text_of(choice_word(&item_state_table, copy->state.value)), 16);
    cli_column(&cli->out, copy->volume, 16);
    cli_print(&cli->out, "%.*s\n", (int)copy->path.len, copy->path.len ? (const char *)copy->path.at : "");
}

enum err whereis_list(struct cli *cli, struct fault *fault)
{
    struct availability_whereis ask = { 0 };
    struct copies_seen copies = { 0 };
    enum err e = named_first(cli, cli->count, cli->args, &ask.id, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "availability.whereis", &ask, &copies, fault);
    if (e == ERR_OK && !cli->options.json)
        cli_print(&cli->out, "%-26s %-16s %-16s %s\n", "ID", "STATE", "VOLUME", "PATH");
    for (uint32_t i = 0; e == ERR_OK && i < copies.each.count; i++) {
        if (cli->options.json)
            e = cli_json(cli, &copy_seen_shape, &copies.each.at[i]);
        else
            print_copy(cli, &copies.each.at[i]);
    }
    return e;
}
