#include <stdlib.h>

#include "common/process/limits.h"
#include "services/search/query/facets.h"
#include "services/search/query/match.h"
#include "services/search/search.h"

enum { GRID_MOST = 64 };

/* The place of a value among those of a list; `count` if it is not there. */
static uint32_t find_value(const struct text_list *list, struct text value)
{
    uint32_t at = 0;

    while (at < list->count && !text_equal(list->at[at], value))
        at++;
    return at;
}

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

/* Counts the values of the columns among the rows that have one value of the rows' field. */
static enum err count_row(struct request *request, const struct search_grid *ask, struct bitmap *rows, uint32_t row,
                          uint32_t term, struct value_grid *grid)
{
    struct index *index = &request->search->index;
    struct bitmap *inside = index_term(index, terms_key(&index->terms, term), rows);
    struct facets_counted counted = { 0 };
    enum err e = list_values(request, ask->columns, FACETS_MOST, inside, &counted);

    for (uint32_t i = 0; e == ERR_OK && i < counted.count; i++) {
        uint32_t column = find_value(&grid->columns, counted.at[i].value);

        if (column < grid->columns.count)
            grid->cells.at[grid->cells.count++] = (struct grid_cell){ row, column, counted.at[i].count };
    }
    bitmap_free(inside);
    return e;
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
        e = count_row(request, ask, rows, i, down.at[i].term, to);
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
