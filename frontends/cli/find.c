/* find.c: search, similar, show, artefact, complete. */
#include "frontends/cli/cli.h"
#include "schema_indexer.h"

#include <string.h>

static struct text_list split_at_commas(struct cli *cli, const char *words)
{
    struct text_list list = { 0 };

    if (!words)
        return list;
    list.at = arena_array(&cli->arena, strlen(words) + 1, sizeof *list.at);
    while (list.at && *words) {
        size_t len = strcspn(words, ",");

        if (len > 0)
            list.at[list.count++] = (struct text){ (uint32_t)len, words };
        words += len + (words[len] == ',');
    }
    return list;
}

static void print_facets(struct cli *cli, const struct facet_count_list *facets)
{
    for (uint32_t i = 0; i < facets->count; i++) {
        const struct facet_count *one = &facets->at[i];
        bool first = true;

        if (!cli->options.json) {
            buffer_printf(&cli->out, "%.*s:%.*s  %llu\n", TEXT_ARG(one->facet), TEXT_ARG(one->value),
                          (unsigned long long)one->count);
            continue;
        }
        buffer_add_text(&cli->out, "{");
        json_key(&cli->out, &first, "facet");
        json_text(&cli->out, one->facet);
        json_key(&cli->out, &first, "value");
        json_text(&cli->out, one->value);
        json_key(&cli->out, &first, "count");
        buffer_printf(&cli->out, "%llu}\n", (unsigned long long)one->count);
    }
}

static void print_found(struct cli *cli, const struct found *found)
{
    if (!cli->options.json && found->items.count > 0)
        item_row_head(&cli->out, found->items.at[0].has_distance ? "DISTANCE" : "SCORE");
    for (uint32_t i = 0; i < found->items.count; i++) {
        if (cli->options.json)
            item_json(&cli->out, &found->items.at[i], cli->options.fields);
        else
            item_row(&cli->out, &found->items.at[i]);
    }
    print_facets(cli, &found->facets);
    if (!cli->options.json) {
        buffer_printf(&cli->out, "%u of %llu, %.2f ms\n", found->items.count,
                      (unsigned long long)found->total, found->took_us / 1000);
        if (found->cursor.len)
            buffer_printf(&cli->out, "more: --cursor %.*s\n", TEXT_ARG(found->cursor));
    }
}

enum { PAGE = 1000 }; /* the protocol's most items in one answer */

/* Pages until so many are printed as were asked for; without a `cursor` in the request there is one page. */
static enum err print_pages(struct cli *cli, const char *ask, void *request, uint64_t *limit,
                            struct text *cursor, struct fault *fault)
{
    int64_t left = cli->options.limit < 0 ? 20 : cli->options.limit;
    enum err e;

    do {
        struct found found = { 0 };

        *limit = (uint64_t)(left < PAGE ? left : PAGE);
        e = cli_ask(cli, ask, request, &found, fault);
        if (e != ERR_OK)
            return e;
        print_found(cli, &found);
        cli_flush(cli);
        left -= found.items.count;
        if (!cursor || found.items.count == 0)
            break;
        *cursor = arena_text(&cli->arena, found.cursor);
    } while (left > 0 && cursor->len > 0);
    return ERR_OK;
}

enum err find_search(struct cli *cli, struct fault *fault)
{
    struct search_query query = { .sort = text_of(cli->options.sort),
                                  .cursor = text_of(cli->options.cursor) };
    struct buffer words = { 0 };
    enum err e;

    for (int i = 0; i < cli->count; i++) {
        buffer_add_text(&words, i ? " " : "");
        buffer_add_text(&words, cli->args[i]);
    }
    query.query = text_of(buffer_c(&words));
    query.facets = split_at_commas(cli, cli->options.facets);
    e = print_pages(cli, "search.query", &query, &query.limit, &query.cursor, fault);
    buffer_free(&words);
    return e;
}

static enum err read_weights(struct cli *cli, struct weights *weights, struct fault *fault)
{
    struct text_list each = split_at_commas(cli, cli->options.weights);

    for (uint32_t i = 0; i < each.count; i++) {
        enum err e = json_assign(&weights_shape, each.at[i], &cli->arena, weights, fault);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

enum err find_similar(struct cli *cli, struct fault *fault)
{
    struct search_similar similar = { .query = text_of(cli->options.in) };
    enum err e = read_weights(cli, &similar.weights, fault);

    if (e != ERR_OK)
        return e;
    similar.has_id = id_read(text_of(cli->args[0]), &similar.id);
    if (!similar.has_id)
        e = cli_path(cli, cli->args[0], &similar.path, fault);
    if (e != ERR_OK)
        return e;
    return print_pages(cli, "search.similar", &similar, &similar.limit, NULL, fault);
}

enum err cli_find(struct cli *cli, const char *id_or_path, struct media_found *found, struct fault *fault)
{
    struct search_get get = { 0 };
    enum err e = ERR_OK;

    get.has_id = id_read(text_of(id_or_path), &get.id);
    if (!get.has_id)
        e = cli_path(cli, id_or_path, &get.path, fault);
    return e != ERR_OK ? e : cli_ask(cli, "search.get", &get, found, fault);
}

enum err find_show(struct cli *cli, struct fault *fault)
{
    struct media_found found = { 0 };
    enum err e = cli_find(cli, cli->args[0], &found, fault);

    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        item_json(&cli->out, &found.item, cli->options.fields);
    else
        item_full(&cli->out, &found);
    return ERR_OK;
}

enum err find_artefact(struct cli *cli, struct fault *fault)
{
    struct media_found media = { 0 };
    struct artefact_found found = { 0 };
    struct search_get_artefact get = { .type = text_of(cli->options.type ? cli->options.type : "waveform") };
    enum err e = cli_find(cli, cli->args[0], &media, fault);

    if (e != ERR_OK)
        return e;
    get.id = media.item.media.id;
    e = cli_ask(cli, "search.get_artefact", &get, &found, fault);
    if (e != ERR_OK)
        return e;
    e = json_write(&artefact_found_shape, &found, &cli->out);
    buffer_add_text(&cli->out, "\n");
    return e;
}

enum err find_complete(struct cli *cli, struct fault *fault)
{
    struct search_complete unfinished = { .query = text_of(cli->args[0]) };
    struct completions completions = { 0 };
    enum err e = cli_ask(cli, "search.complete", &unfinished, &completions, fault);

    for (uint32_t i = 0; e == ERR_OK && i < completions.each.count; i++) {
        if (cli->options.json)
            json_text(&cli->out, completions.each.at[i]);
        else
            buffer_add(&cli->out, completions.each.at[i].at, completions.each.at[i].len);
        buffer_add_text(&cli->out, "\n");
    }
    return e;
}
