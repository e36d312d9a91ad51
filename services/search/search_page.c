#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/search/query/together.h"
#include "services/search/search.h"

static enum err no_memory(struct request *request)
{
    return fault_set(request->fault, ERR_FULL, "no memory for the result");
}

enum err search_read(struct search *search, struct txn **txn, struct fault *fault)
{
    struct catchup *catchup = &search->catchup;
    enum err e = ERR_OK;

    if (!catchup->store)
        e = store_open(catchup->paths, STORE_READER, &catchup->store, fault);
    return e == ERR_OK ? store_read(catchup->store, txn, fault) : e;
}

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
    return e == ERR_OK ? e : fault_set(request->fault, e, "what is used together cannot be read");
}

enum err search_rows(struct request *request, struct text query, struct node **root, struct bitmap **rows)
{
    struct search *search = request->search;
    struct match match = { &search->index, &search->catchup.volumes };
    struct parse parse = { clock_now(), knows_attribute, &search->index };
    enum err e = search_expand(request, query, &query);

    request->query = query;
    if (e == ERR_OK)
        e = parse_query(&parse, query, request->arena, root, request->fault);

    if (e == ERR_OK && together_is_asked(*root))
        e = find_together(request, *root);
    *rows = e == ERR_OK ? match_query(&match, *root) : NULL;
    return e == ERR_OK && !*rows ? no_memory(request) : e;
}

/* Sums these rows; `each` NULL: all rows below `count`. */
static double sum_seconds(const struct index *index, const uint32_t *each, uint32_t count)
{
    const struct numbers *durations = index_numbers(index, TEXT("duration_s"));
    double sum = 0;

    for (uint32_t i = 0; durations && i < count; i++) {
        if (each)
            index_fetch_number(durations, index_ahead(each, i, count));
        double seconds = index_number(durations, each ? each[i] : i);
        sum += isnan(seconds) ? 0 : seconds;
    }
    return sum;
}

/* Computes the sum once for each state of the index. */
static double sum_all(struct search *search)
{
    const struct index *index = &search->index;
    struct sum *all = &search->sum;

    if (!all->is_made || all->writes != index->writes)
        *all = (struct sum){ true, index->writes, sum_seconds(index, NULL, index_rows(index)) };
    return all->seconds;
}

static double sum_set(const struct index *index, const struct bitmap *rows)
{
    uint32_t count, *each = bitmap_array(rows, &count);
    double sum = each ? sum_seconds(index, each, count) : 0;

    free(each);
    return sum;
}

/* Subtracts the few rows outside the set from the sum of all. */
static double sum_most(struct search *search, const struct bitmap *rows)
{
    uint32_t count, *others = match_others(&search->index, rows, &count);
    double sum = sum_all(search) - (others ? sum_seconds(&search->index, others, count) : 0);

    free(others);
    return sum;
}

void search_sum(struct search *search, const struct bitmap *rows, const uint32_t *each, struct found *found)
{
    found->total = bitmap_count(rows);
    found->revision = search->index.revision;
    if (found->total > index_live(&search->index) / 2)
        found->seconds = sum_most(search, rows);
    else if (each)
        found->seconds = sum_seconds(&search->index, each, (uint32_t)found->total);
    else
        found->seconds = sum_set(&search->index, rows);
}

/* ---- items ---- */

/* not_found: the item has gone since the index was updated. */
static enum err read_item(struct request *request, struct txn *txn, uint32_t row, struct item *to)
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

        e = read_item(request, txn, rows[i], item);
        if (e != ERR_OK)
            continue;
        item->has_score = scores != NULL;
        item->score = score_of(scores, rows[i]);
        item->has_distance = distances != NULL;
        item->distance = distances ? (double)distances[i] : 0;
        found->items.count++;
    }
    txn_end(txn);
    return e == ERR_FULL ? no_memory(request) : ERR_OK;
}
