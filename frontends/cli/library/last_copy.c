#include "frontends/cli/library/last_copy.h"

#include <stdlib.h>

#include "frontends/cli/base/shared.h"
#include "proto/wire/codec_copy.h"
#include "schema_availability.h"
#include "schema_indexer.h"
#include "store/availability.h"

enum { PAGE = 1000 };

/* ---- the items of a library ---- */

static void list_found(struct cli *cli, struct id folder, struct text text, struct id_list *to)
{
    struct search_query query = {
        .query = text, .has_limit = true, .limit = PAGE, .has_folder = true, .folder = folder
    };
    struct fault none = { 0 };

    do {
        struct found found = { 0 };
        if (cli_ask(cli, "search.query", &query, &found, &none) != ERR_OK)
            return;
        for (uint32_t i = 0; i < found.items.count && to->count < LAST_COPY_MOST; i++)
            to->at[to->count++] = found.items.at[i].media.id;
        query.cursor = arena_text(&cli->arena, found.cursor);
    } while (query.cursor.len && to->count < LAST_COPY_MOST);
}

static void list_folder(struct cli *cli, struct id folder, struct id_list *to)
{
    list_found(cli, folder, TEXT(""), to);
    list_found(cli, folder, TEXT("is:hidden"), to); /* results leave them out */
}

/* A tree may be a folder of the library, or of another tree. */
static void drop_doubles(struct id_list *list)
{
    uint32_t kept = 0;

    qsort(list->at, list->count, sizeof(*list->at), id_order);
    for (uint32_t i = 0; i < list->count; i++)
        if (kept == 0 || !id_equal(list->at[i], list->at[kept - 1]))
            list->at[kept++] = list->at[i];
    list->count = kept;
}

void last_copy_list(struct cli *cli, struct bytes path, struct id_list *to)
{
    struct libraries answer = { 0 }, all = { 0 };
    struct fault none = { 0 };
    struct id library;

    *to = (struct id_list){ 0 };
    if (cli_library(cli, path, &library, &none) != ERR_OK ||
        cli_ask(cli, "indexer.libraries", NULL, &answer, &none) != ERR_OK ||
        codec_copy(&libraries_shape, &answer, &cli->arena, &all) != ERR_OK)
        return;
    to->at = arena_array(&cli->arena, LAST_COPY_MOST, sizeof(*to->at));
    list_folder(cli, library, to);
    for (uint32_t i = 0; i < all.each.count; i++)
        if (all.each.at[i].has_within && id_equal(all.each.at[i].within, library))
            list_folder(cli, all.each.at[i].id, to);
    drop_doubles(to);
}

/* ---- their copies ---- */

/* True if another copy can be read, or if the copies cannot be listed. */
static bool has_other_copy(struct cli *cli, struct id item)
{
    const struct availability_whereis ask = { .id = item };
    struct copies_seen copies = { 0 };
    struct fault none = { 0 };

    if (cli_ask(cli, "availability.whereis", &ask, &copies, &none) != ERR_OK || copies.more)
        return true;
    for (uint32_t i = 0; i < copies.each.count; i++) {
        const struct copy_seen *copy = &copies.each.at[i];
        if (!copy->has_forgotten && availability_is_readable((enum item_state)copy->state.value))
            return true;
    }
    return false;
}

void last_copy_warn(struct cli *cli, const struct id_list *items)
{
    uint32_t looked_at = items->count < LAST_COPY_MOST ? items->count : LAST_COPY_MOST, last = 0;
    struct buffer line = { 0 };

    for (uint32_t i = 0; i < looked_at; i++)
        last += !has_other_copy(cli, items->at[i]);
    if (last == 0)
        return;
    if (cli->options.json) {
        cli_json(cli, &last_copies_line_shape, &(struct last_copies_line){ .last_copies = last, .of = looked_at });
        return;
    }
    if (items->count == 1)
        buffer_add_text(&line, "loophole: no other copy of this sound can be read now");
    else
        cli_print(&line, "loophole: %u of the %s%u sounds %s no other copy that can be read now", last,
                  items->count >= LAST_COPY_MOST ? "first " : "", looked_at, last == 1 ? "has" : "have");
    buffer_add_text(&line, ": `loophole undo` brings back the forgotten items");
    cli_remark(&line);
    buffer_free(&line);
}
