#include <stdlib.h>

#include "services/search/query/cursor.h"
#include "services/search/query/explain.h"
#include "services/search/query/facets.h"
#include "services/search/query/score.h"
#include "services/search/search.h"

/* The state of a query between finding its rows and filling its page. */
struct paging {
    struct request *request;
    const struct search_query *ask;
    struct node *root;
    struct bitmap *rows;
    uint32_t *each; /* lists `rows`; NULL: they are most of the index, and in the page's order */
    struct sort_order order;
    struct scores *scores;
    struct position after;
    uint32_t *page;
    uint32_t count;
    bool more;
};

static enum err no_memory(const struct paging *p)
{
    return fault_set(p->request->fault, ERR_FULL, "no memory for the result");
}

/* Lists and scores the rows, unless they are already in the page's order. */
static enum err list_and_score(struct paging *p)
{
    const struct index *index = &p->request->search->index;
    struct match match = { &p->request->search->index, &p->request->search->catchup.volumes };
    bool differs = score_differs(&match, p->root, p->rows);
    uint32_t count = bitmap_count(p->rows);

    if (!differs && count > index_live(index) / 2 && !p->ask->cursor.len && sort_is_of_rows(&p->order, index))
        return ERR_OK;
    p->each = bitmap_array(p->rows, &count);
    if (p->each && differs)
        p->order.scores = p->scores = score_rows(&match, p->root, p->rows, p->each);
    return p->each && (p->scores || !differs) ? ERR_OK : no_memory(p);
}

static enum err find_rows(struct paging *p)
{
    struct request *request = p->request;
    enum err e = sort_read(&request->search->index, p->ask->sort, &p->order, request->fault);

    if (e == ERR_OK && p->ask->cursor.len)
        e = cursor_read(request->arena, p->ask->cursor, p->ask->query, p->ask->sort, &p->after, request->fault);
    if (e == ERR_OK)
        e = search_rows(request, p->ask->query, &p->root, &p->rows);
    if (e == ERR_OK)
        e = list_and_score(p);
    return e;
}

static enum err take_page(struct paging *p, struct found *found)
{
    struct request *request = p->request;
    const struct index *index = &request->search->index;
    uint32_t limit = p->ask->has_limit ? (uint32_t)p->ask->limit : SEARCH_PAGE;
    uint32_t count = bitmap_count(p->rows);
    uint32_t *first = p->each ? NULL : malloc((limit + 1) * sizeof(*first));
    const uint32_t *rows = p->each ? p->each : first;

    p->page = malloc((limit + 1) * sizeof(*p->page));
    if (!rows || !p->page) {
        free(first);
        return no_memory(p);
    }
    if (first)
        count = bitmap_first(p->rows, first, limit + 1);
    p->count =
        sort_page(&p->order, index, rows, count, p->ask->cursor.len ? &p->after : NULL, limit, p->page, &p->more);
    free(first);
    if (p->more && p->count) {
        struct position last = sort_position(&p->order, index, p->page[p->count - 1]);
        found->cursor = cursor_write(request->arena, p->ask->query, p->ask->sort, &last);
    }
    return ERR_OK;
}

static enum err explain_nothing(const struct paging *p, struct found *found)
{
    struct search *search = p->request->search;
    struct match match = { &search->index, &search->catchup.volumes };
    enum err e = explain_empty(&match, p->request->query, p->root, p->request->arena, clock_steady() + EXPLAIN_US,
                               &found->hints);

    return e == ERR_OK ? e : no_memory(p);
}

enum err search_query(struct request *request, const void *ask, void *answer)
{
    struct paging p = { .request = request, .ask = ask };
    struct found *found = answer;
    usec_t began = clock_steady();
    enum err e = find_rows(&p);

    if (e == ERR_OK)
        e = take_page(&p, found);
    if (e == ERR_OK && p.ask->facets.count)
        e = facets_count(&request->search->index, request->arena, &p.ask->facets, p.rows, p.each, &found->facets,
                         request->fault);
    if (e == ERR_OK) {
        search_sum(request->search, p.rows, p.each, found);
        found->took_us = (double)(clock_steady() - began);
        e = search_fill(request, p.page, p.count, p.scores, NULL, found);
        for (uint32_t i = 0; i < found->items.count; i++)
            found->items.at[i].has_score = true; /* 0: the query scores nothing */
    }
    if (e == ERR_OK && found->total == 0 && !p.ask->cursor.len)
        e = explain_nothing(&p, found);
    if (e == ERR_OK && p.ask->remember)
        search_remember(request->search, p.ask);
    free(p.each);
    free(p.page);
    free(p.scores);
    bitmap_free(p.rows);
    return e;
}
