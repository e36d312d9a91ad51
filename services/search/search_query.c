#include <stdlib.h>
#include "services/search/cursor.h"
#include "services/search/facets.h"
#include "services/search/score.h"
#include "services/search/search.h"

/* A query between its rows and its page. */
struct paging {
    struct request *request;
    const struct search_query *ask;
    struct node *root;
    struct bitmap *rows;
    struct order order;
    float *scores;
    struct position after;
    uint32_t *page;
    uint32_t count;
    bool more;
};

static enum err find(struct paging *p)
{
    struct request *request = p->request;
    const struct index *index = &request->search->index;
    struct match match = { &request->search->index, &request->search->catchup.volumes };
    enum err e = order_read(index, p->ask->sort, &p->order, request->fault);

    if (e == ERR_OK && p->ask->cursor.len)
        e = cursor_read(request->arena, p->ask->cursor, p->ask->query, p->ask->sort, &p->after,
                        request->fault);
    if (e == ERR_OK)
        e = search_rows(request, p->ask->query, &p->root, &p->rows);
    if (e != ERR_OK)
        return e;
    if (!score_tells(&match, p->root, p->rows))
        return ERR_OK;
    p->order.scores = p->scores = score_rows(&match, p->root, p->rows);
    return p->scores ? ERR_OK : fault_set(request->fault, ERR_FULL, "no memory for the scores");
}

/* As many as the page can need: all, unless they come in its order. */
static uint32_t *rows_for_page(const struct paging *p, uint32_t limit, uint32_t *count)
{
    uint32_t *rows;

    if (p->ask->cursor.len || !order_is_of_rows(&p->order, &p->request->search->index))
        return match_rows(p->rows, count);
    rows = malloc((limit + 1) * sizeof(*rows));
    *count = rows ? bitmap_first(p->rows, rows, limit + 1) : 0;
    return rows;
}

static enum err take_page(struct paging *p, struct found *found)
{
    struct request *request = p->request;
    const struct index *index = &request->search->index;
    uint32_t limit = (uint32_t)p->ask->limit, count, *rows = rows_for_page(p, limit, &count);

    p->page = malloc((limit + 1) * sizeof(*p->page));
    if (!rows || !p->page) {
        free(rows);
        return fault_set(request->fault, ERR_FULL, "no memory for the page");
    }
    p->count = order_page(&p->order, index, rows, count, p->ask->cursor.len ? &p->after : NULL, limit,
                          p->page, &p->more);
    free(rows);
    if (p->more && p->count) {
        struct position last = order_position(&p->order, index, p->page[p->count - 1]);
        found->cursor = cursor_write(request->arena, p->ask->query, p->ask->sort, &last);
    }
    return ERR_OK;
}

enum err search_query(struct request *request, const void *ask, void *answer)
{
    struct paging p = { .request = request, .ask = ask };
    struct found *found = answer;
    usec_t began = clock_steady();
    enum err e = find(&p);

    if (e == ERR_OK)
        e = take_page(&p, found);
    if (e == ERR_OK && p.ask->facets.count)
        e = facets_count(&request->search->index, request->arena, &p.ask->facets, p.rows, &found->facets,
                         request->fault);
    if (e == ERR_OK) {
        search_sum(request->search, p.rows, found);
        found->took_us = (double)(clock_steady() - began);
        e = search_fill(request, p.page, p.count, p.scores, NULL, found);
        for (uint32_t i = 0; i < found->items.count; i++)
            found->items.at[i].has_score = true; /* 0 where nothing tells */
    }
    if (e == ERR_OK && p.ask->remember)
        search_remember(request->search, p.ask);
    free(p.page);
    free(p.scores);
    bitmap_free(p.rows);
    return e;
}
