#include "services/search/search_grid.h"

#include <stdlib.h>

#include "common/process/limits.h"
#include "services/search/index/index_keep.h"
#include "services/search/query/facets.h"
#include "services/search/search_page.h"

enum { GRID_MOST = 64 };

/* The most frequent values of a field in the rows. */
static enum err list_values(struct request *request, struct text field, uint32_t most, const struct bitmap *rows,
                            struct facets_counted *to)
{
    uint32_t count, *each = bitmap_array(rows, &count);
    enum err e = facets_most(&request->search->index, request->arena, field, rows, each, most, to, request->fault);

    free(each);
    return e;
}

static enum err name_values(struct request *request, const struct facets_counted *counted, struct text_list *to)
{
    to->at = arena_array(request->arena, counted->count, sizeof(*to->at));
    if (!to->at)
        return limits_refuse(request->fault, "the result");
    for (uint32_t i = 0; i < counted->count; i++)
        to->at[to->count++] = counted->at[i].value;
    return ERR_OK;
}

/* Counts the rows that have one value of the rows' field and each of the columns. */
static void count_row(struct index *index, const struct bitmap *rows, uint32_t row, uint32_t term,
                      const struct facets_counted *across, struct value_grid *grid)
{
    struct bitmap *inside = index_term(index, terms_key(&index->terms, term), rows);

    for (uint32_t i = 0; i < across->count; i++) {
        uint32_t count = posting_and_count(terms_posting(&index->terms, across->at[i].term), inside);

        if (count)
            grid->cells.at[grid->cells.count++] = (struct grid_cell){ row, i, count };
    }
    bitmap_free(inside);
}

static enum err fill_grid(struct request *request, const struct search_grid *ask, struct bitmap *rows,
                          struct value_grid *to)
{
    uint32_t most = ask->limit ? (uint32_t)ask->limit : GRID_MOST;
    struct facets_counted down = { 0 }, across = { 0 };
    enum err e = list_values(request, ask->rows, most, rows, &down);

    if (e == ERR_OK)
        e = list_values(request, ask->columns, most, rows, &across);
    if (e == ERR_OK)
        e = name_values(request, &down, &to->rows);
    if (e == ERR_OK)
        e = name_values(request, &across, &to->columns);
    to->cells.at = arena_array(request->arena, (size_t)down.count * across.count, sizeof(*to->cells.at));
    if (e == ERR_OK && !to->cells.at)
        e = limits_refuse(request->fault, "the result");
    for (uint32_t i = 0; e == ERR_OK && i < down.count; i++)
        count_row(&request->search->index, rows, i, down.at[i].term, &across, to);
    return e;
}

enum err search_grid(struct request *request, const void *of, void *answer)
{
    const struct search_grid *ask = of;
    struct value_grid *grid = answer;
    struct node *root;
    struct bitmap *rows = NULL;
    enum err e = search_rows(request, ask->query, &root, &rows);

    grid->revision = request->search->index.revision;
    grid->total = rows ? bitmap_count(rows) : 0;
    if (e == ERR_OK)
        e = fill_grid(request, ask, rows, grid);
    bitmap_free(rows);
    return e;
}
