/* find.c: search, similar, show. */
#include <string.h>

#include "frontends/cli/base/hint.h"
#include "frontends/cli/base/item.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/item_table.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/results.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/find/find_commands.h"
#include "frontends/cli/find/saved.h"
#include "schema_indexer.h"
#include "schema_streamer.h"

static void print_facets(struct cli *cli, const struct facet_count_list *facets)
{
    for (uint32_t i = 0; i < facets->count; i++) {
        const struct facet_count *one = &facets->at[i];

        if (cli->options.json)
            cli_json(cli, &facet_count_shape, one);
        else
            cli_print(&cli->out, "%.*s:%.*s  %llu\n", TEXT_ARG(one->facet), TEXT_ARG(one->value),
                      (unsigned long long)one->count);
    }
}

static void print_items(struct cli *cli, const struct item_list *items)
{
    if (!cli->options.json && cli->options.fields) {
        item_table(cli, items, cli->options.fields);
        return;
    }
    if (!cli->options.json && items->count > 0)
        item_row_head(&cli->out, items->at[0].has_distance ? "DISTANCE" : "SCORE", items);
    for (uint32_t i = 0; i < items->count; i++) {
        if (cli->options.json)
            item_json(&cli->out, &items->at[i], cli->options.fields);
        else
            item_row(&cli->out, &items->at[i]);
    }
}

/* Prints the lines after the rows. A person gets the number of the next page; a script that began with a cursor gets
 * the next cursor. */
static void print_tail(struct cli *cli, const struct found *found, uint64_t shown)
{
    print_facets(cli, &found->facets);
    if (cli->options.json) {
        hint_print(cli, &found->hints);
        if (cli->options.totals)
            cli_json(cli, &result_line_shape,
                     &(struct result_line){ .total = found->total,
                                            .shown = shown,
                                            .seconds = found->seconds,
                                            .took_us = found->took_us,
                                            .revision = found->revision,
                                            .has_cursor = found->cursor.len > 0,
                                            .cursor = found->cursor });
        return;
    }
    cli_print(&cli->out, "%llu of %llu, %.2f ms", (unsigned long long)shown, (unsigned long long)found->total,
              found->took_us / 1000);
    if (found->cursor.len && cli->options.cursor)
        cli_print(&cli->out, "\nmore: --cursor %.*s", TEXT_ARG(found->cursor));
    else if (found->cursor.len)
        cli_print(&cli->out, "; more: --page %lld", (long long)(cli->options.page ? cli->options.page : 1) + 1);
    buffer_add_text(&cli->out, "\n");
    hint_print(cli, &found->hints);
}

enum { PAGE = 1000 }; /* most items of one answer in the protocol */

static void add_results(struct id_list *to, const struct item_list *items)
{
    for (uint32_t i = 0; i < items->count && to->count < RESULTS_MOST; i++)
        to->at[to->count++] = items->at[i].media.id;
}

/* Asks until there are `left` items; without a `cursor` in the request there is only one page. */
static enum err take_pages(struct cli *cli, const char *ask, void *request, uint64_t *limit, struct text *cursor,
                           int64_t left, bool is_shown, struct fault *fault)
{
    struct id_list results = { 0, arena_array(&cli->arena, RESULTS_MOST, sizeof(struct id)) };
    uint64_t shown = 0;

    for (;;) {
        struct found found = { 0 };
        enum err e;

        *limit = (uint64_t)(left < PAGE ? left : PAGE);
        e = cli_ask(cli, ask, request, &found, fault);
        if (e != ERR_OK)
            return e;
        if (is_shown)
            print_items(cli, &found.items);
        add_results(&results, &found.items);
        shown += found.items.count;
        left -= found.items.count;
        if (cursor)
            *cursor = arena_text(&cli->arena, found.cursor);
        if (!cursor || found.items.count == 0 || left <= 0 || cursor->len == 0) {
            if (is_shown) {
                print_tail(cli, &found, shown);
                results_keep(cli, &results);
            }
            return ERR_OK;
        }
        cli_flush(cli);
    }
}

/* Asks for the pages before --page too and drops them, because each has the cursor of the next. */
static enum err print_pages(struct cli *cli, const char *ask, void *request, uint64_t *limit, struct text *cursor,
                            struct fault *fault)
{
    int64_t left = cli->options.limit < 0 ? 20 : cli->options.limit, before = (cli->options.page - 1) * left;
    enum err e = ERR_OK;

    if (before > 0 && cli->options.cursor)
        return fault_set(fault, ERR_BAD_REQUEST, "give --page or --cursor, not both");
    if (before > 0)
        e = take_pages(cli, ask, request, limit, cursor, before, false, fault);
    if (e == ERR_OK && before > 0 && cursor->len == 0)
        return fault_set(fault, ERR_NOT_FOUND, "page %lld is out of range: the result ends before it",
                         (long long)cli->options.page);
    return e == ERR_OK ? take_pages(cli, ask, request, limit, cursor, left, true, fault) : e;
}

static void read_view(struct cli *cli, struct search_query *query)
{
    const char *view = cli->options.view, *project = cli->options.project;

    query->has_view = view || project;
    query->view.word = text_of(view ? view : "project");
    query->view.value = choice_value(&media_view_table, query->view.word);
    query->has_project = project != NULL;
    query->project = text_of(project);
}

enum err find_search(struct cli *cli, struct fault *fault)
{
    struct search_query query = { .has_limit = true,
                                  .sort = text_of(cli->options.sort),
                                  .cursor = text_of(cli->options.cursor) };

    query.query = cli_words(cli);
    query.remember = true;
    if (cli->options.save)
        return saved_put(cli, query.query, query.sort, fault);
    query.facets = cli_split(cli, cli->options.facets);
    read_view(cli, &query);
    return print_pages(cli, "search.query", &query, &query.limit, &query.cursor, fault);
}

/* Reads "A=NUMBER,…" into the fields of a record. */
static enum err read_numbers(struct cli *cli, const char *typed, const struct shape *shape, void *to,
                             struct fault *fault)
{
    struct text_list each = cli_split(cli, typed);

    for (uint32_t i = 0; i < each.count; i++) {
        enum err e = units_assign(cli, shape, arena_text(&cli->arena, each.at[i]).at, to, fault);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

/* For a query, its first result. */
static enum err find_first_item(struct cli *cli, struct text typed, struct id *id, struct fault *fault)
{
    char *args[] = { (char *)(uintptr_t)arena_text(&cli->arena, typed).at };
    struct media_found found = { 0 };
    enum err e = cli_find(cli, 1, args, &found, fault);

    *id = found.item.media.id;
    return e;
}

/* Reads "A,B": ids, paths of items, or queries. */
static enum err read_items(struct cli *cli, const char *typed, struct id_list *to, struct fault *fault)
{
    struct text_list each = cli_split(cli, typed);
    enum err e = ERR_OK;

    to->at = arena_array(&cli->arena, each.count, sizeof *to->at);
    for (uint32_t i = 0; e == ERR_OK && i < each.count; i++)
        e = find_first_item(cli, each.at[i], &to->at[to->count++], fault);
    return e;
}

enum { LISTEN_SECONDS = 4, ANALYSE_MS = 60000 };

static void say_listening(struct cli *cli, int64_t seconds)
{
    if (cli_is_terminal() && !cli->options.json)
        cli_print(&cli->out, "listening to %s for %lld s …\n", cli->options.port, (long long)seconds);
    cli_flush(cli);
}

/* Analyses the next sound on a JACK port. */
static enum err listen_to_port(struct cli *cli, struct search_similar *similar, struct fault *fault)
{
    int64_t seconds = cli->options.seconds ? cli->options.seconds : LISTEN_SECONDS;
    struct streamer_listen listen = { .port = text_of(cli->options.port),
                                      .has_seconds = true,
                                      .seconds = (double)seconds };
    struct heard heard = { 0 };

    if (cli->count)
        return fault_set(fault, ERR_BAD_REQUEST, "give an item or file, or --port, not both");
    /* A quick test that the streamer answers, because the next ask has a long budget. */
    enum err e = cli_ask(cli, "streamer.voices", NULL, NULL, fault);
    if (e != ERR_OK)
        return e;
    if (!cli->options.budget_ms)
        cli->options.budget_ms = seconds * 1000 + ANALYSE_MS;
    say_listening(cli, seconds);
    e = cli_ask(cli, "streamer.listen", &listen, &heard, fault);
    similar->has_embedding = e == ERR_OK;
    similar->embedding = heard.found.embedding;
    return e;
}

static enum err read_comparison(struct cli *cli, struct search_similar *similar, struct fault *fault)
{
    if (cli->options.port)
        return listen_to_port(cli, similar, fault);
    if (cli->options.seconds) {
        fault_set(fault, ERR_BAD_REQUEST, "--seconds %lld needs --port", (long long)cli->options.seconds);
        return fault_hint(fault, "--port CLIENT:PORT names the JACK port");
    }
    if (cli->count == 0 && similar->like.count)
        return ERR_OK;
    if (cli->count == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "no sound to compare with is given");
        return fault_hint(fault, "give an id, the path of any sound, --port CLIENT:PORT, or --like A,B");
    }
    struct named named;
    enum err e = named_one(cli, cli->count, cli->args, &named, fault);

    similar->has_id = named.has_id;
    similar->id = named.id;
    similar->path = named.path;
    return e;
}

enum err find_similar(struct cli *cli, struct fault *fault)
{
    struct search_similar similar = { .has_limit = true, .query = text_of(cli->options.in) };
    enum err e = read_numbers(cli, cli->options.weights, &weights_shape, &similar.weights, fault);

    if (e == ERR_OK)
        e = read_numbers(cli, cli->options.more, &more_of_shape, &similar.more, fault);
    if (e == ERR_OK)
        e = read_items(cli, cli->options.like, &similar.like, fault);
    if (e == ERR_OK)
        e = read_items(cli, cli->options.unlike, &similar.unlike, fault);
    if (e == ERR_OK)
        e = read_comparison(cli, &similar, fault);
    return e == ERR_OK ? print_pages(cli, "search.similar", &similar, &similar.limit, NULL, fault) : e;
}

enum err find_suggest(struct cli *cli, struct fault *fault)
{
    struct search_similar similar = { .has_limit = true, .query = TEXT("-is:missing") };
    enum err e = read_comparison(cli, &similar, fault);

    return e == ERR_OK ? print_pages(cli, "search.similar", &similar, &similar.limit, NULL, fault) : e;
}

/* If the waveform has no file, the other artefacts of the item probably have none either. */
static void put_waiting(struct cli *cli, struct id id)
{
    struct search_get_artefact get = { .id = id, .type = TEXT("waveform") };
    struct artefact_found found = { 0 };
    struct fault fault = { 0 };

    if (cli_ask(cli, "search.get_artefact", &get, &found, &fault) != ERR_OK &&
        strncmp(fault.what, "artefact waits", 14) == 0)
        cli_print(&cli->out, "  %s\n", fault.what);
}

static void show_whole(struct cli *cli, const struct media_found *found)
{
    struct id id = found->item.media.id;

    item_full(&cli->out, found); /* before the next answer overwrites its memory */
    put_waiting(cli, id);
}

static enum err print_content(struct cli *cli, const struct media *media, struct fault *fault)
{
    if (!media->content.len) {
        fault_set(fault, ERR_NOT_FOUND, "the content of \"%.*s\" is not known yet", TEXT_ARG(media->name));
        return fault_hint(fault, "wait until it is analysed: loophole tasks");
    }
    for (uint32_t i = 0; i < media->content.len; i++)
        cli_print(&cli->out, "%02x", media->content.at[i]);
    cli_print(&cli->out, "\n");
    return ERR_OK;
}

enum err find_show(struct cli *cli, struct fault *fault)
{
    struct media_found found = { 0 };
    enum err e = cli_find(cli, cli->count, cli->args, &found, fault);

    if (e != ERR_OK)
        return e;
    if (cli->options.content)
        return print_content(cli, &found.item.media, fault);
    if (cli->options.json)
        item_json_found(&cli->out, &found, cli->options.fields);
    else if (cli->options.fields)
        item_some(cli, &found.item, cli->options.fields);
    else
        show_whole(cli, &found);
    return ERR_OK;
}
