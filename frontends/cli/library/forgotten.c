/* forgotten.c: the forgotten items: their list, and their removal for good. */
#include <stdio.h>
#include <unistd.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/library/library_commands.h"
#include "schema_persist.h"

enum { PAGE = 1000 };

/* Calls `see` for each forgotten item, at most `most`; a page may be shorter than requested. */
static enum err each_forgotten(struct cli *cli, uint64_t most,
                               enum err (*see)(struct cli *cli, const struct forgotten_line *line), uint64_t *count,
                               struct fault *fault)
{
    struct persist_forgotten list = { 0 };
    struct forgotten_lines lines = { 0 };
    enum err e = ERR_OK;

    for (*count = 0; e == ERR_OK && *count < most; *count += lines.each.count) {
        lines = (struct forgotten_lines){ 0 };
        list.limit = most - *count < PAGE ? most - *count : PAGE;
        e = cli_ask(cli, "persist.forgotten", &list, &lines, fault);
        for (uint32_t i = 0; e == ERR_OK && see && i < lines.each.count; i++)
            e = see(cli, &lines.each.at[i]);
        if (lines.each.count == 0)
            break;
        list.after = lines.each.at[lines.each.count - 1].id;
    }
    return e;
}

static enum err print_forgotten_line(struct cli *cli, const struct forgotten_line *line)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &forgotten_line_shape, line);
    cli_print(&cli->out, "%s  ", id_write(line->id, id));
    human_time(&cli->out, line->at);
    cli_print(&cli->out, "  %.*s  %.*s\n", TEXT_ARG(line->name), (int)line->path.len,
              line->path.len ? (const char *)line->path.at : "");
    return ERR_OK;
}

/* ---- emptying ---- */

static enum err confirm_emptying(const struct cli *cli, uint64_t count, struct fault *fault)
{
    struct buffer question = { 0 };

    if (cli->options.yes || count == 0)
        return ERR_OK;
    if (cli_can_ask(cli)) {
        cli_print(&question, "remove %llu item%s for good, with all tags and facts? y or n:", (unsigned long long)count,
                  text_plural(count));
        return cli_asks(&question) ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "nothing was removed");
    }
    fault_set(fault, ERR_BAD_REQUEST, "%llu item%s would be removed for good: confirm with --yes",
              (unsigned long long)count, text_plural(count));
    return fault_hint(fault, "`loophole forgotten` lists the items that --yes removes");
}

static enum err empty_forgotten(struct cli *cli, struct fault *fault)
{
    struct emptied emptied = { 0 };
    uint64_t count;
    enum err e = each_forgotten(cli, UINT64_MAX, NULL, &count, fault);

    if (e == ERR_OK)
        e = confirm_emptying(cli, count, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "persist.empty_forgotten", NULL, &emptied, fault);
    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &emptied_shape, &emptied);
    cli_print(&cli->out, "removed: %llu item%s; no file was touched\n", (unsigned long long)emptied.items,
              text_plural(emptied.items));
    return ERR_OK;
}

enum err forgotten_list(struct cli *cli, struct fault *fault)
{
    uint64_t most = cli->options.limit >= 0 ? (uint64_t)cli->options.limit : UINT64_MAX, count;
    enum err e;

    if (cli->options.empty)
        return empty_forgotten(cli, fault);
    e = each_forgotten(cli, most, print_forgotten_line, &count, fault);
    if (e == ERR_OK)
        cli_none(cli, count, "No item is forgotten.");
    return e;
}
