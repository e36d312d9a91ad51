/* composer_exclude.c: the folders of which nothing is shared. */
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/composer/composer_commands.h"
#include "schema_composer.h"

static void print_folder(struct cli *cli, const struct excluded_folder *folder)
{
    cli_print(&cli->out, "%.*s: %s%llu item%s", (int)folder->path.len, (const char *)folder->path.at,
              folder->has_more ? "more than " : "", (unsigned long long)folder->items, text_plural(folder->items));
    if (folder->has_line)
        cli_print(&cli->out, " (loophole.conf: %.*s)", (int)folder->line.len, (const char *)folder->line.at);
    cli_print(&cli->out, "\n");
}

static enum err print_folders(struct cli *cli, const struct excluded_folders *all)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < all->each.count; i++) {
        if (cli->options.json)
            e = cli_json(cli, &excluded_folder_shape, &all->each.at[i]);
        else
            print_folder(cli, &all->each.at[i]);
    }
    if (e == ERR_OK)
        cli_none(cli, all->each.count, "No folder is excluded.");
    if (e == ERR_OK && all->has_stopped && !cli->options.json)
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(all->stopped));
    return e;
}

/* Asks for a change of the folder at a typed path. */
static enum err change_folder(struct cli *cli, const char *typed, bool is_removed, struct fault *fault)
{
    struct excluded_folders all = { 0 };
    struct resolved place;
    enum err e = resolve_path(typed, &place, fault);
    const struct bytes path = bytes_of(place.path, e == ERR_OK ? strlen(place.path) : 0);
    const struct composer_exclude exclude = { .path = path };
    const struct composer_include include = { .path = path };

    if (e == ERR_OK && is_removed)
        e = cli_change(cli, "composer.include", &include, &all, fault);
    else if (e == ERR_OK)
        e = cli_change(cli, "composer.exclude", &exclude, &all, fault);
    return e == ERR_OK ? print_folders(cli, &all) : e;
}

static enum err list_folders(struct cli *cli, struct fault *fault)
{
    struct excluded_folders all = { 0 };
    enum err e = cli_ask(cli, "composer.excluded", NULL, &all, fault);

    return e == ERR_OK ? print_folders(cli, &all) : e;
}

enum err composer_exclude(struct cli *cli, struct fault *fault)
{
    const char *word = cli->args[0];
    bool is_list = strcmp(word, "list") == 0, is_removed = strcmp(word, "remove") == 0;

    if (is_list && cli->count == 1)
        return list_folders(cli, fault);
    if ((is_removed || strcmp(word, "add") == 0) && cli->count == 2)
        return change_folder(cli, cli->args[1], is_removed, fault);
    fault_set(fault, ERR_BAD_REQUEST, "\"composer exclude %.60s\" is incomplete, or unknown", word);
    return fault_hint(fault, "expected list, add PATH or remove PATH");
}
