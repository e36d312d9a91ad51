#include "services/search/search_page.h"

#include <stdlib.h>

#include "common/process/limits.h"
#include "proto/wire/codec_copy.h"
#include "services/search/query/together.h"
#include "services/search/search_begin.h"
#include "services/search/search_place.h"
#include "services/search/search_saved.h"
#include "services/search/search_view.h"
#include "store/catalogue_facts.h"

/* ---- rows ---- */

static bool knows_attribute(const void *state, struct text attribute)
{
    return index_numbers(state, attribute) != NULL;
}

static enum err find_together(struct request *request, struct node *root)
{
    struct txn *txn;
    enum err e = search_read(request->search, &txn, request->fault);

    if (e != ERR_OK)
        return e;
    e = together_find(&request->search->index, txn, request->arena, root);
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(request->fault, e, "the uses of items cannot be read");
}

enum err search_parse(struct request *request, struct text query, struct node **root)
{
    struct search *search = request->search;
    struct parse parse = { clock_now(), knows_attribute, &search->index };
    enum err e = search_expand(request, query, &query);

    request->query = query;
    if (e == ERR_OK)
        e = parse_query(&parse, query, request->arena, root, request->fault);

    if (e == ERR_OK && together_is_asked(*root))
        e = find_together(request, *root);
    if (e == ERR_OK)
        e = search_view_find(request, *root);
    if (e == ERR_OK)
        e = search_place_find(request, *root);
    return e;
}

enum err search_rows(struct request *request, struct text query, struct node **root, struct bitmap **rows)
{
    struct search *search = request->search;
    struct match match = { &search->index, &search->catchup.volumes };
    enum err e = search_parse(request, query, root);

    *rows = e == ERR_OK ? match_query(&match, *root) : NULL;
    return e;
}

void search_sum(struct search *search, const struct bitmap *rows, const uint32_t *each, struct found *found)
{
    found->total = bitmap_count(rows);
    found->revision = search->index.revision;
    found->seconds = seconds_of(&search->index, &search->sum, rows, each);
}

/* ---- items ---- */

/* Reads the item of a row. not_found: the item was removed after the last update of the index. */
static enum err read_row_item(struct request *request, struct txn *txn, uint32_t row, struct item *to)
{
    struct item item = { 0 };
    enum err e = catalogue_item(txn, request->arena, index_id(&request->search->index, row), &item);

    return e == ERR_OK ? codec_copy(&item_shape, &item, request->arena, to) : e;
}

enum err search_fill(struct request *request, const uint32_t *rows, uint32_t count, const struct scores *scores,
                     const float *distances, struct found *found)
{
    struct txn *txn;
    enum err e = search_read(request->search, &txn, request->fault);

    if (e != ERR_OK)
        return e;
    found->items.at = arena_array(request->arena, count, sizeof(*found->items.at));
    if (!found->items.at)
        e = ERR_FULL;
    for (uint32_t i = 0; i < count && e != ERR_FULL; i++) {
        struct item *item = &found->items.at[found->items.count];

        e = read_row_item(request, txn, rows[i], item);
        if (e != ERR_OK)
            continue;
        item->has_score = scores != NULL;
        item->score = score_of(scores, rows[i]);
        item->has_distance = distances != NULL;
        item->distance = distances ? (double)distances[i] : 0;
        found->items.count++;
    }
    txn_end(txn);
    return e == ERR_FULL ? limits_refuse(request->fault, "the result") : ERR_OK;
}
