/* basket.c: the basket, a folder of links for the file browsers of other programs. */
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "schema_web.h"

enum { TOGETHER = 1000 /* items in an ask */ };

static void print_links(struct cli *cli, const struct basket *basket)
{
    for (uint32_t i = 0; i < basket->each.count; i++) {
        const struct basket_link *link = &basket->each.at[i];

        cli_print(&cli->out, "%-40.*s  %.*s\n", (int)link->name.len, (const char *)link->name.at, (int)link->target.len,
                  (const char *)link->target.at);
    }
}

static void print_folder(struct cli *cli, const struct basket *basket)
{
    cli_print(&cli->out, "%u link%s in %.*s\n", basket->each.count, text_plural(basket->each.count),
              (int)basket->folder.len, (const char *)basket->folder.at);
}

static enum err put_part(struct cli *cli, const struct id_list *items, uint32_t first, struct fault *fault)
{
    uint32_t left = items->count - first;
    const struct web_basket_add add = { .ids = { left < TOGETHER ? left : TOGETHER, items->at + first },
                                        .has_hard = cli->options.hard,
                                        .hard = cli->options.hard };
    struct basket basket = { 0 };
    enum err e = cli_change(cli, "web.basket_add", &add, &basket, fault);

    if (e != ERR_OK || cli->options.json)
        return e == ERR_OK ? cli_json(cli, &basket_shape, &basket) : e;
    cli_print(&cli->out, "done: %llu link%s, %llu there already; ", (unsigned long long)basket.added,
              text_plural(basket.added), (unsigned long long)basket.present);
    print_folder(cli, &basket);
    for (uint32_t i = 0; i < basket.refused.count; i++)
        cli_print(&cli->out, "no link: %.*s\n", TEXT_ARG(basket.refused.at[i]));
    return ERR_OK;
}

enum err basket_put(struct cli *cli, struct fault *fault)
{
    struct id_list items;
    enum err e = named_all(cli, cli->count, cli->args, &items, fault);

    if (e == ERR_OK)
        e = cli_confirm_many(cli, items.count, fault);
    for (uint32_t at = 0; e == ERR_OK && at < items.count; at += TOGETHER)
        e = put_part(cli, &items, at, fault);
    return e;
}

enum err basket_print(struct cli *cli, struct fault *fault)
{
    struct basket basket = { 0 };
    enum err e = cli_ask(cli, "web.basket", NULL, &basket, fault);

    if (e != ERR_OK || cli->options.json)
        return e == ERR_OK ? cli_json(cli, &basket_shape, &basket) : e;
    print_links(cli, &basket);
    print_folder(cli, &basket);
    return ERR_OK;
}

enum err basket_empty(struct cli *cli, struct fault *fault)
{
    struct basket basket = { 0 };
    enum err e = cli_ask(cli, "web.basket_clear", NULL, &basket, fault);

    if (e != ERR_OK || cli->options.json)
        return e == ERR_OK ? cli_json(cli, &basket_shape, &basket) : e;
    buffer_add_text(&cli->out, "done: ");
    print_folder(cli, &basket);
    return ERR_OK;
}
