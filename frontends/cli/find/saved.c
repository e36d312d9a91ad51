#include "frontends/cli/find/saved.h"

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "schema_persist.h"

/* A query that cannot be asked must not replace one that can. */
static enum err check_saved(struct cli *cli, const struct kept_query *query, struct fault *fault)
{
    const struct search_query ask = { .query = query->query, .sort = query->sort, .has_limit = true };
    const struct options *o = &cli->options;
    struct found found = { 0 };

    if (query->name.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the NAME of --save is empty");
    if (o->facets || o->view || o->project || o->cursor || o->limit >= 0) {
        fault_set(fault, ERR_BAD_REQUEST, "--save saves only the query and --sort");
        return fault_hint(fault, "give the other options when you search: loophole search @%.*s --limit 5",
                          TEXT_ARG(query->name));
    }
    return cli_ask(cli, "search.query", &ask, &found, fault);
}

enum err saved_put(struct cli *cli, struct text query, struct text sort, struct fault *fault)
{
    struct persist_put_query put = { .query = { .name = text_of(cli->options.save), .query = query, .sort = sort } };
    struct done done = { 0 };
    enum err e = check_saved(cli, &put.query, fault);

    if (e == ERR_OK)
        e = cli_change_one(cli, "persist.put_query", &put, &done, fault);

    if (e == ERR_OK && cli->options.json)
        return cli_json(cli, &done_shape, &done);
    if (e == ERR_OK)
        cli_print(&cli->out, "saved: `loophole search @%s` runs it\n", cli->options.save);
    return e;
}

static enum err forget_query(struct cli *cli, struct text name, struct fault *fault)
{
    struct persist_remove_query remove = { .name = name };

    struct done done = { 0 };
    enum err e = cli_change_one(cli, "persist.remove_query", &remove, &done, fault);

    if (e == ERR_OK && cli->options.json)
        return cli_json(cli, &done_shape, &done);
    if (e == ERR_OK)
        cli_print(&cli->out, name.len ? "forgotten: @%.*s\n" : "forgotten: the history%.*s\n", TEXT_ARG(name));
    return e;
}

static void print_one(struct cli *cli, const struct kept_query *one)
{
    struct query_line line = {
        .has_name = one->name.len > 0, .name = one->name, .query = one->query, .sort = one->sort, .at_us = one->at
    };

    if (cli->options.json) {
        cli_json(cli, &query_line_shape, &line);
        return;
    }
    cli_print(&cli->out, one->name.len ? "@%-20.*s %.*s" : "%.*s%.*s", TEXT_ARG(one->name), TEXT_ARG(one->query));
    cli_print(&cli->out, one->sort.len ? "  --sort %.*s\n" : "%.*s\n", TEXT_ARG(one->sort));
}

static enum err print_all(struct cli *cli, bool history, struct text name, struct fault *fault)
{
    struct search_queries ask = { .history = history, .limit = 1000 };
    struct kept_queries kept = { 0 };
    bool any = name.len == 0;
    enum err e;

    if (cli->options.limit >= 0 && cli->options.limit < 1000)
        ask.limit = (uint64_t)cli->options.limit;
    e = cli_ask(cli, "search.queries", &ask, &kept, fault);
    for (uint32_t i = 0; e == ERR_OK && i < kept.each.count; i++)
        if (name.len == 0 || text_equal(name, kept.each.at[i].name)) {
            print_one(cli, &kept.each.at[i]);
            any = true;
        }
    if (e == ERR_OK && name.len == 0)
        cli_none(cli, kept.each.count, history ? "No query was asked yet." : "No query is saved.");
    if (e != ERR_OK || any)
        return e;
    fault_set(fault, ERR_NOT_FOUND, "no query is saved as \"%.*s\"", TEXT_ARG(name));
    return fault_hint(fault, "`loophole queries` lists them");
}

enum err saved_history(struct cli *cli, struct fault *fault)
{
    return cli->options.off ? forget_query(cli, TEXT(""), fault) : print_all(cli, true, TEXT(""), fault);
}

enum err saved_queries(struct cli *cli, struct fault *fault)
{
    struct text name = cli->count ? text_of(cli->args[0]) : TEXT("");

    if (cli->options.off && name.len == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "--off removes one saved query, and none is named");
        return fault_hint(fault, "loophole queries NAME --off, without the @");
    }
    return cli->options.off ? forget_query(cli, name, fault) : print_all(cli, false, name, fault);
}
