/* library.c: libraries: add, remove, list, rescan, index, and a summary of the catalogue. */
#include <stdio.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/progress.h"
#include "frontends/cli/base/question.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/library/last_copy.h"
#include "frontends/cli/library/library_commands.h"
#include "proto/wire/codec_copy.h"
#include "schema_indexer.h"
#include "schema_search.h"
#include "schema_service.h"

/* `asks` NULL: the library has no open question. */
static enum err print_library(struct cli *cli, const struct library *library, const struct missing_many *asks,
                              const struct state_counts *counts)
{
    struct library_line line = { .library = *library, .has_asks = asks != NULL, .has_counts = counts != NULL };

    if (cli->options.json) {
        line.asks = asks ? *asks : line.asks;
        line.counts = counts ? *counts : line.counts;
        return cli_json(cli, &library_line_shape, &line);
    }
    cli_print(&cli->out, "%.*s  %llu file%s%s%s\n", (int)library->path.len,
              library->path.len ? (const char *)library->path.at : "", (unsigned long long)library->files,
              text_plural(library->files),
              library->link.len     ? ", a link in a library leads here"
              : library->has_within ? ", inside a library"
                                    : "",
              library->online ? "" : ", offline");
    return ERR_OK;
}

static enum err ask_add_library(struct cli *cli, struct library *library, struct fault *fault)
{
    struct indexer_add_library request = { .ignore = cli->options.ignore,
                                           .hidden_files = cli->options.hidden_files,
                                           .has_follow_links = cli->options.follow_links,
                                           .follow_links = cli->options.follow_links };
    enum err e = cli_path(cli, cli->args[0], &request.path, fault);

    return e != ERR_OK ? e : cli_ask(cli, "indexer.add_library", &request, library, fault);
}

enum err library_add(struct cli *cli, struct fault *fault)
{
    struct library library = { 0 };
    enum err e = ask_add_library(cli, &library, fault);

    if (e == ERR_OK)
        e = print_library(cli, &library, NULL, NULL);
    if (e == ERR_OK && !cli->options.wait && !cli->options.json)
        buffer_add_text(&cli->out, "Its files are being found and analysed; `loophole tasks` shows the progress.\n");
    return e == ERR_OK && cli->options.wait ? progress_follow(cli, fault) : e;
}

enum err library_remove(struct cli *cli, struct fault *fault)
{
    struct indexer_remove_library request = { 0 };
    struct id_list items;
    enum err e = cli_path(cli, cli->args[0], &request.path, fault);

    if (cli->options.budget_ms == 0)
        cli->options.budget_ms = 600000;
    if (e != ERR_OK)
        return e;
    last_copy_list(cli, request.path, &items);
    e = cli_ask(cli, "indexer.remove_library", &request, NULL, fault);
    if (e == ERR_OK)
        last_copy_warn(cli, &items);
    return e;
}

static const struct missing_many *question_about(const struct libraries *list, struct id library)
{
    for (uint32_t i = 0; i < list->asks.count; i++)
        if (id_equal(list->asks.at[i].library, library))
            return &list->asks.at[i];
    return NULL;
}

static const struct state_counts *counts_of(const struct all_states *all, struct id library)
{
    for (uint32_t i = 0; i < all->each.count; i++)
        if (id_equal(all->each.at[i].id, library))
            return &all->each.at[i].counts;
    return NULL;
}

/* Reads the counts; none while search does not answer. Copies them, because the next ask invalidates its answer. */
static void read_states(struct cli *cli, struct all_states *to)
{
    struct all_states all = { 0 };
    struct fault none = { 0 };

    *to = (struct all_states){ 0 };
    if (cli->options.json && ask(cli->asker, "search.states", NULL, 2000, NULL, &all, &none) == ERR_OK)
        codec_keep(&all_states_shape, &all, &cli->arena, to);
}

enum err library_print(struct cli *cli, struct fault *fault)
{
    struct libraries list = { 0 };
    struct all_states all;
    enum err e;

    read_states(cli, &all);
    e = cli_ask(cli, "indexer.libraries", NULL, &list, fault);
    for (uint32_t i = 0; e == ERR_OK && i < list.each.count; i++)
        e = print_library(cli, &list.each.at[i], question_about(&list, list.each.at[i].id),
                          counts_of(&all, list.each.at[i].id));
    if (e == ERR_OK && !cli->options.json)
        question_print(cli, &list);
    if (e == ERR_OK && list.each.count == 0 && !cli->options.json)
        buffer_add_text(&cli->out, "No libraries yet: loophole library add DIR\n");
    return e;
}

static enum err rescan_library(struct cli *cli, struct fault *fault)
{
    struct indexer_rescan request = { .accept_missing = cli->options.accept_missing,
                                      .retry_failed = cli->options.retry_failed,
                                      .has_full = cli->options.full,
                                      .full = cli->options.full };
    enum err e = cli->count ? cli_path(cli, cli->args[0], &request.path, fault) : ERR_OK;

    return e != ERR_OK ? e : cli_ask(cli, "indexer.rescan", &request, NULL, fault);
}

enum err library_rescan(struct cli *cli, struct fault *fault)
{
    enum err e = rescan_library(cli, fault);

    return e == ERR_OK && cli->options.wait ? progress_follow(cli, fault) : e;
}

/* A folder that is a library already is scanned again. */
enum err library_index(struct cli *cli, struct fault *fault)
{
    struct library library = { 0 };
    enum err e = ask_add_library(cli, &library, fault);

    if (e == ERR_OK)
        e = rescan_library(cli, fault);
    return e == ERR_OK && cli->options.wait ? progress_follow(cli, fault) : e;
}

/* ---- summary ---- */

static enum err print_formats(struct cli *cli, const struct facet_count_list *facets)
{
    buffer_add_text(&cli->out, "formats ");
    for (uint32_t i = 0; i < facets->count; i++)
        if (text_is(facets->at[i].facet, "container"))
            cli_print(&cli->out, " %.*s %llu", TEXT_ARG(facets->at[i].value), (unsigned long long)facets->at[i].count);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

static enum err print_truncated(struct cli *cli, struct fault *fault)
{
    struct search_query query = { .query = TEXT("is:truncated"), .sort = TEXT("name"), .has_limit = true, .limit = 20 };
    struct found found = { 0 };
    enum err e = cli_ask(cli, "search.query", &query, &found, fault);

    if (e != ERR_OK || found.total == 0)
        return e;
    cli_print(&cli->out, "truncated %llu (is:truncated)\n", (unsigned long long)found.total);
    for (uint32_t i = 0; i < found.items.count; i++) {
        const struct item *item = &found.items.at[i];
        const struct fact *fact = item_fact(item, "truncated");

        cli_print(&cli->out, "  %.*s: %.*s\n", (int)item->path.len, (const char *)item->path.at,
                  TEXT_ARG(fact ? fact->text : TEXT("")));
    }
    return ERR_OK;
}

static enum err print_failures(struct cli *cli, struct fault *fault)
{
    struct search_query query = { .query = TEXT("is:failed"), .sort = TEXT("name"), .has_limit = true, .limit = 20 };
    struct found found = { 0 };
    enum err e = cli_ask(cli, "search.query", &query, &found, fault);

    if (e != ERR_OK)
        return e;
    cli_print(&cli->out, "failures %llu\n", (unsigned long long)found.total);
    for (uint32_t i = 0; i < found.items.count; i++) {
        const struct item *item = &found.items.at[i];

        cli_print(&cli->out, "  %.*s: %.*s\n", (int)item->path.len, (const char *)item->path.at,
                  TEXT_ARG(item->media.failure));
    }
    return ERR_OK;
}

/* Skipped files are not items; the indexer counts them. */
static uint64_t count_too_long(struct cli *cli)
{
    struct libraries list = { 0 };
    struct fault none = { 0 };
    uint64_t count = 0;

    if (cli_ask(cli, "indexer.libraries", NULL, &list, &none) == ERR_OK)
        for (uint32_t i = 0; i < list.each.count; i++)
            count += list.each.at[i].too_long;
    return count;
}

static enum err summary_json(struct cli *cli, const struct found *found)
{
    uint32_t count = found->facets.count;
    struct facet_line *lines = arena_array(&cli->arena, count, sizeof(*lines));
    struct summary_line line = { .files = found->total, .seconds = found->seconds, .facets = { count, lines } };

    for (uint32_t i = 0; i < count; i++) {
        const struct facet_count *facet = &found->facets.at[i];
        lines[i] = (struct facet_line){
            .value = arena_printf(&cli->arena, "%.*s:%.*s", TEXT_ARG(facet->facet), TEXT_ARG(facet->value)),
            .has_count = true,
            .count = facet->count,
        };
    }
    line.too_long = count_too_long(cli); /* last, because this ask invalidates the previous answer */
    return cli_json(cli, &summary_line_shape, &line);
}

static uint64_t count_of(const struct found *found, const char *state)
{
    for (uint32_t i = 0; i < found->facets.count; i++)
        if (text_is(found->facets.at[i].facet, "is") && text_is(found->facets.at[i].value, state))
            return found->facets.at[i].count;
    return 0;
}

static enum err print_too_long(struct cli *cli, struct fault *fault)
{
    struct libraries list = { 0 };
    enum err e = cli_ask(cli, "indexer.libraries", NULL, &list, fault);

    for (uint32_t i = 0; e == ERR_OK && i < list.each.count; i++) {
        const struct library *one = &list.each.at[i];

        if (one->too_long)
            cli_print(&cli->out, "skipped %llu in %.*s: paths longer than 4,095 bytes; the first is %.*s in %.*s\n",
                      (unsigned long long)one->too_long, (int)one->path.len, (const char *)one->path.at,
                      (int)one->too_long_first.len, (const char *)one->too_long_first.at, (int)one->too_long_in.len,
                      (const char *)one->too_long_in.at);
    }
    return e;
}

/* The counts above grow until these tasks end. */
static void print_under_way(struct cli *cli)
{
    struct service_status status = { 0 };
    struct fault none = { 0 };

    if (ask(cli->asker, "indexer.status", NULL, 2000, NULL, &status, &none) != ERR_OK)
        return;
    for (uint32_t i = 0; i < status.tasks.count; i++) {
        const struct task *task = &status.tasks.at[i];

        cli_print(&cli->out, "now      %.*s: %llu of %llu\n", TEXT_ARG(task->label), (unsigned long long)task->done,
                  (unsigned long long)task->total);
    }
}

enum err library_summary(struct cli *cli, struct fault *fault)
{
    struct text facets[] = { TEXT("container"), TEXT("kind"), TEXT("is") };
    struct search_query query = { .has_limit = true, .limit = 0, .facets = { 3, facets } };
    struct found found = { 0 };
    enum err e = cli_ask(cli, "search.query", &query, &found, fault);

    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return summary_json(cli, &found);
    cli_print(&cli->out, "files    %llu\naudio    ", (unsigned long long)found.total);
    human_duration(&cli->out, found.seconds);
    buffer_add_text(&cli->out, "\n");
    e = print_formats(cli, &found.facets);
    if (count_of(&found, "missing"))
        cli_print(&cli->out, "missing  %llu (is:missing)\n", (unsigned long long)count_of(&found, "missing"));
    if (e == ERR_OK)
        e = print_failures(cli, fault);
    if (e == ERR_OK)
        e = print_truncated(cli, fault);
    if (e == ERR_OK)
        e = print_too_long(cli, fault);
    if (e == ERR_OK)
        print_under_way(cli);
    if (e == ERR_OK)
        question_print_open(cli);
    return e;
}
