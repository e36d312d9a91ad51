#include "services/search/search_query.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/query/cursor.h"
#include "services/search/query/explain.h"
#include "services/search/query/facets.h"
#include "services/search/query/score.h"
#include "services/search/query/together.h"
#include "services/search/search_page.h"
#include "services/search/search_place.h"
#include "services/search/search_saved.h"
#include "services/search/search_view.h"

/* The state of a query between finding its rows and filling its page. */
struct paging {
    struct request *request;
    const struct search_query *ask;
    struct node *root;
    struct bitmap *rows;
    const struct kept_answer *kept; /* NULL: made for this ask alone */
    uint32_t *each;                 /* lists `rows`; NULL: they are most of the index, and in the page's order */
    struct sort_order order;
    struct scores *scores;
    struct position after;
    uint32_t *page;
    uint32_t count;
    uint64_t uncut; /* matches before the cut to a folder or a view */
    bool more;
};

static uint32_t limit_of(const struct search_query *ask)
{
    return ask->has_limit ? (uint32_t)ask->limit : SEARCH_PAGE;
}

/* Lists and scores the rows, unless they are already in the page's order. */
static void list_and_score(struct paging *p)
{
    const struct index *index = &p->request->search->index;
    struct match match = { &p->request->search->index, &p->request->search->catchup.volumes };
    bool differs = score_differs(&match, p->root, p->rows);
    uint32_t count = bitmap_count(p->rows);

    if (!differs && count > index_live(index) / 2 && !p->ask->cursor.len && !p->ask->has_offset &&
        sort_is_of_rows(&p->order, index))
        return;
    p->each = bitmap_array(p->rows, &count);
    if (differs)
        p->order.scores = p->scores = score_rows(&match, p->root, p->rows, p->each);
}

/* Only items in the folder and below it. */
static enum err cut_to_folder(struct paging *p)
{
    struct bitmap *inside = NULL;
    enum err e = search_folder_rows(p->request, p->ask->folder, &inside);

    if (e == ERR_OK)
        bitmap_and(p->rows, inside);
    bitmap_free(inside);
    return e;
}

static enum err check_page_begin(const struct search_query *ask, struct fault *fault)
{
    if (!ask->has_offset || ask->cursor.len == 0)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the ask has an offset and a cursor: a page begins at one of them");
    return fault_field(fault, "offset");
}

/* True if no part of the ask prevents that its answer is kept. The states of items change with their volumes. */
static bool may_keep_answer(const struct paging *p)
{
    const struct search_query *ask = p->ask;
    bool is_whole = !ask->has_folder && !ask->has_view && !ask->has_offset && ask->cursor.len == 0 &&
                    limit_of(ask) <= KEPT_PAGE && ask->facets.count <= KEPT_FIELDS && kept_answers_may(p->root);

    for (uint32_t i = 0; is_whole && i < ask->facets.count; i++) {
        enum term_field field = facets_field(ask->facets.at[i]);
        is_whole = field != TERM_ALL && field != TERM_IS;
    }
    return is_whole;
}

static enum err find_kept(struct paging *p)
{
    struct search *search = p->request->search;
    const struct text_list *facets = &p->ask->facets;
    enum term_field fields[KEPT_FIELDS];
    struct kept_ask ask = { .match = { &search->index, &search->catchup.volumes },
                            .seconds = &search->sum,
                            .root = p->root,
                            .sort = p->ask->sort,
                            .limit = limit_of(p->ask),
                            .fields = fields,
                            .field_count = facets->count,
                            .most = facets->count ? FACETS_MOST / facets->count : 0 };

    for (uint32_t i = 0; i < facets->count; i++)
        fields[i] = facets_field(facets->at[i]);
    p->kept = kept_answers_find(&search->answers, &ask);
    return p->kept ? ERR_OK : limits_refuse(p->request->fault, "the result");
}

static void match_rows(struct paging *p)
{
    struct match match = { &p->request->search->index, &p->request->search->catchup.volumes };

    p->rows = match_query(&match, p->root);
}

static enum err find_rows(struct paging *p)
{
    struct request *request = p->request;
    enum err e = sort_read(&request->search->index, p->ask->sort, &p->order, request->fault);

    if (e == ERR_OK)
        e = check_page_begin(p->ask, request->fault);
    if (e == ERR_OK && p->ask->cursor.len)
        e = cursor_read(request->arena, p->ask->cursor, p->ask->query, p->ask->sort, &p->after, request->fault);
    if (e == ERR_OK)
        e = search_parse(request, p->ask->query, &p->root);
    if (e == ERR_OK && may_keep_answer(p))
        return find_kept(p);
    if (e == ERR_OK)
        match_rows(p);
    if (e == ERR_OK && (p->ask->has_folder || p->ask->has_view))
        p->uncut = bitmap_count(p->rows);
    if (e == ERR_OK && p->ask->has_folder)
        e = cut_to_folder(p);
    if (e == ERR_OK && p->ask->has_view)
        e = search_view_cut(request, p->ask->view.value, p->ask->project, p->rows);
    if (e == ERR_OK)
        list_and_score(p);
    return e;
}

static void write_cursor(const struct paging *p, struct found *found)
{
    const struct index *index = &p->request->search->index;

    if (p->more && p->count) {
        struct position last = sort_position(&p->order, index, p->page[p->count - 1]);
        found->cursor = cursor_write(p->request->arena, p->ask->query, p->ask->sort, &last);
    }
}

/* The whole result is put in order once, so that each page of it is then at hand. */
static enum err take_rows_at(struct paging *p, struct found *found)
{
    struct search *search = p->request->search;
    uint32_t count = bitmap_count(p->rows), limit = limit_of(p->ask);
    uint32_t first = p->ask->offset < count ? (uint32_t)p->ask->offset : count;
    const uint32_t *rows = p->each;

    if (!sort_is_of_rows(&p->order, &search->index))
        rows = kept_orders_find(&search->orders, &p->order, &search->index, p->ask->sort, p->each, count);
    p->count = count - first < limit ? count - first : limit;
    p->more = first + p->count < count;
    if (!rows)
        return limits_refuse(p->request->fault, "the result");
    p->page = alloc_array(limit, sizeof(*p->page));
    memcpy(p->page, rows + first, p->count * sizeof(*p->page));
    write_cursor(p, found);
    return ERR_OK;
}

static void take_page(struct paging *p, struct found *found)
{
    const struct index *index = &p->request->search->index;
    uint32_t limit = limit_of(p->ask);
    uint32_t count = bitmap_count(p->rows);
    uint32_t *first = p->each ? NULL : alloc_array(limit + 1, sizeof(*first));
    const uint32_t *rows = p->each ? p->each : first;

    p->page = alloc_array(limit + 1, sizeof(*p->page));
    if (first)
        count = bitmap_first(p->rows, first, limit + 1);
    p->count =
        sort_page(&p->order, index, rows, count, p->ask->cursor.len ? &p->after : NULL, limit, p->page, &p->more);
    free(first);
    write_cursor(p, found);
}

/* ---- a kept answer ---- */

static enum err take_kept_facets(const struct paging *p, struct facet_count_list *to)
{
    const struct text_list *facets = &p->ask->facets;
    const struct terms *terms = &p->request->search->index.terms;
    uint32_t share = facets->count ? FACETS_MOST / facets->count : 0;

    to->at = arena_array(p->request->arena, FACETS_MOST, sizeof(*to->at));
    if (!to->at)
        return limits_refuse(p->request->fault, "the result");
    for (uint32_t i = 0; i < facets->count; i++) {
        const struct kept_counts *counts = kept_counts_of(p->kept, facets_field(facets->at[i]));

        for (uint32_t k = 0; k < counts->count && k < share; k++)
            to->at[to->count++] =
                (struct facet_count){ .facet = facets->at[i],
                                      .value = arena_text(p->request->arena, terms_value(terms, counts->at[k].term)),
                                      .count = counts->at[k].count };
    }
    return ERR_OK;
}

static enum err take_kept(struct paging *p, struct found *found)
{
    const struct kept_answer *kept = p->kept;
    uint32_t limit = limit_of(p->ask);

    p->count = kept->count < limit ? kept->count : limit;
    p->more = kept->total > p->count;
    p->page = alloc_array(limit, sizeof(*p->page));
    if (kept->differs)
        p->order.scores = p->scores = kept_scores(kept, p->count);
    memcpy(p->page, kept->rows, p->count * sizeof(*p->page));
    write_cursor(p, found);
    found->total = kept->total;
    found->seconds = kept->seconds;
    found->revision = p->request->search->index.revision;
    return p->ask->facets.count ? take_kept_facets(p, &found->facets) : ERR_OK;
}

/* ---- the answer ---- */

static enum err take_rows(struct paging *p, struct found *found)
{
    const struct facets_of of = { &p->request->search->index, &p->request->search->catchup.volumes };
    enum err e = ERR_OK;

    if (p->ask->has_offset)
        e = take_rows_at(p, found);
    else
        take_page(p, found);
    if (e == ERR_OK && p->ask->facets.count)
        e = facets_count(&of, p->request->arena, &p->ask->facets, p->rows, p->each, &found->facets, p->request->fault);
    if (e == ERR_OK)
        search_sum(p->request->search, p->rows, p->each, found);
    return e;
}

static enum err explain_nothing(const struct paging *p, struct found *found)
{
    struct search *search = p->request->search;
    struct match match = { &search->index, &search->catchup.volumes };
    struct arena *arena = p->request->arena;
    enum err e =
        p->uncut ? explain_cut(p->uncut, arena, &found->hints)
                 : explain_empty(&match, p->request->query, p->root, arena, clock_steady() + EXPLAIN_US, &found->hints);

    return e == ERR_OK ? e : limits_refuse(p->request->fault, "the result");
}

static struct text say_reason(struct arena *arena, const struct together_item *reason)
{
    unsigned long long studios = reason->studios, of = reason->studios_of;

    if (reason->is_mate)
        return studios ? arena_printf(arena, "of the same pack, used in %llu of %llu studios", studios, of)
                       : TEXT("of the same pack");
    if (!studios)
        return arena_printf(arena, "in %u of %u contexts", reason->both, reason->of);
    if (!reason->both)
        return arena_printf(arena, "in %llu of %llu studios", studios, of);
    return arena_printf(arena, "in %u of %u contexts, in %llu of %llu studios", reason->both, reason->of, studios, of);
}

/* Items that have gone meanwhile are not in `found`, so rows are found by id. */
static void explain_items(const struct paging *p, struct found *found)
{
    for (uint32_t i = 0; i < found->items.count; i++) {
        struct item *item = &found->items.at[i];
        const struct together_item *reason = NULL;
        uint32_t row;

        if (index_find(&p->request->search->index, item->media.id, &row))
            reason = together_of(p->root, row);
        item->has_why = reason != NULL;
        if (reason)
            item->why = say_reason(p->request->arena, reason);
    }
}

static enum err fill_found(struct paging *p, usec_t began, struct found *found)
{
    enum err e = ERR_OK;

    found->moved = p->ask->has_revision && p->ask->revision != found->revision;
    found->took_us = (double)(clock_steady() - began);
    e = search_fill(p->request, p->page, p->count, p->scores, NULL, found);
    for (uint32_t i = 0; i < found->items.count; i++)
        found->items.at[i].has_score = true; /* 0: the query scores nothing */
    explain_items(p, found);
    return e;
}

enum err search_query(struct request *request, const void *ask, void *answer)
{
    const struct search_query *typed = ask;
    struct search_query sorted = *typed;
    struct paging p = { .request = request, .ask = &sorted };
    struct found *found = answer;
    usec_t began = clock_steady();
    enum err e = typed->sort.len ? ERR_OK : search_saved_sort(request, typed->query, &sorted.sort);

    if (e == ERR_OK)
        e = find_rows(&p);

    request->search->asked = began;
    if (e == ERR_OK)
        e = p.kept ? take_kept(&p, found) : take_rows(&p, found);
    if (e == ERR_OK)
        e = fill_found(&p, began, found);
    if (e == ERR_OK && found->total == 0 && !p.ask->cursor.len)
        e = explain_nothing(&p, found);
    if (e == ERR_OK && p.ask->remember)
        search_remember(request->search, typed);
    free(p.each);
    free(p.page);
    free(p.scores);
    bitmap_free(p.rows);
    return e;
}

/* ---- in idle time ---- */

bool search_query_prepare(struct search *search)
{
    static const enum term_field USUAL[] = { TERM_CLASS, TERM_FAMILY, TERM_TAG, TERM_PACK, TERM_KEY, TERM_KIND };
    struct text word = frequent_words_next(&search->words, &search->index, KEPT_FROM);
    struct node root = { .kind = NODE_WORD, .text = word };
    struct kept_ask made = { .match = { &search->index, &search->catchup.volumes },
                             .seconds = &search->sum,
                             .root = &root,
                             .is_usual = true,
                             .limit = SEARCH_PAGE,
                             .fields = USUAL,
                             .field_count = sizeof(USUAL) / sizeof(USUAL[0]),
                             .most = FACETS_MOST / 4 };

    return word.len && kept_answers_find(&search->answers, &made);
}
