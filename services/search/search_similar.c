#include "services/search/search_similar.h"

#include <stdlib.h>
#include <string.h>

#include "common/process/limits.h"
#include "schema_indexer.h"
#include "services/search/containers/bitmap.h"
#include "services/search/index/blocks.h"
#include "services/search/index/directions.h"
#include "services/search/index/index_keep.h"
#include "services/search/near/vectors.h"
#include "services/search/query/examples.h"
#include "services/search/search_begin.h"
#include "services/search/search_page.h"
#include "store/catalogue_path.h"

enum { REPLY_MARGIN_MS = 50 /* part of the budget reserved for the answer */, IDLE_US = 200000 };

/* ---- the nearest ---- */

struct nearness {
    struct request *request;
    const struct search_similar *ask;
    struct examples like, unlike; /* examples that are items are not in the result */
    struct bitmap *marked;        /* rows that a person marked as not like an example */
};

static void leave_out(struct index *index, const struct examples *examples, struct bitmap *rows)
{
    uint32_t row;

    for (uint32_t i = 0; i < examples->count; i++)
        if (index_find(index, examples->each[i].id, &row))
            bitmap_remove(rows, row);
}

/* The ids of the examples, in `room`. */
static struct id_list list_examples(const struct examples *like, struct id room[EXAMPLES_MAX])
{
    for (uint32_t i = 0; i < like->count; i++)
        room[i] = like->each[i].id;
    return (struct id_list){ like->count, room };
}

/* The rows of the query with an embedding, except the examples. */
static enum err find_candidates(struct nearness *n, struct bitmap **rows)
{
    struct index *index = &n->request->search->index;
    struct node *root;
    enum err e = search_rows(n->request, n->ask->query, &root, rows);
    struct id room[EXAMPLES_MAX];
    const struct id_list like = list_examples(&n->like, room);
    struct bitmap *with_vector;

    if (e != ERR_OK)
        return e;
    with_vector = index_with_vector(index);
    bitmap_and(*rows, with_vector);
    bitmap_free(with_vector);
    leave_out(index, &n->like, *rows);
    leave_out(index, &n->unlike, *rows);
    e = directions_limit(index, &like, &n->ask->more, *rows, n->request->fault);
    return e == ERR_OK ? e : fault_field(n->request->fault, "more");
}

#define MARKS_FARTHER 2.0f /* factor for the distance of a marked item */

/* Adds the rows that `row` names. */
static void add_named(struct index *index, uint32_t row, struct bitmap *to)
{
    struct index_list terms = index_terms_of(index, row);

    for (uint32_t i = 0; i < terms.count; i++) {
        struct text key = terms_key(&index->terms, terms.at[i]);
        struct id other;
        uint32_t there;
        if (key.len != 1 + sizeof(other.b) || key.at[0] != TERM_HAS)
            continue;
        memcpy(other.b, key.at + 1, sizeof(other.b));
        if (index_find(index, other, &there))
            bitmap_add(to, there);
    }
}

/* The rows that a person marked as not like `id`: a mark is a fact about one of the two (fact_name.h), and applies in
 * both directions. The caller frees them. */
static struct bitmap *find_rows_against(struct index *index, struct id id)
{
    char key[TERM_LONGEST];
    struct text term = terms_start(key, TERM_HAS, (struct text){ sizeof(id.b), (const char *)id.b });
    struct bitmap *rows = index_term(index, term, NULL);
    uint32_t row;

    if (index_find(index, id, &row))
        add_named(index, row, rows);
    return rows;
}

static void find_marked(struct nearness *n)
{
    n->marked = bitmap_new();
    for (uint32_t i = 0; i < n->like.count; i++) {
        struct bitmap *rows = find_rows_against(&n->request->search->index, n->like.each[i].id);
        bitmap_or(n->marked, rows);
        bitmap_free(rows);
    }
}

static int by_distance(const void *a, const void *b)
{
    const struct nearby *x = a, *y = b;

    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return id_compare(x->id, y->id);
}

/* Drops rows nearer to a counter-example, moves marked ones away, and returns how many remain. */
static uint32_t drop_unlike(struct nearness *n, const float *weights, struct nearby *nearby, uint32_t count)
{
    struct index *index = &n->request->search->index;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (!examples_hold(&n->like, &n->unlike, weights, index_vector(index, nearby[i].row)))
            continue;
        nearby[kept] = nearby[i];
        nearby[kept++].distance *= bitmap_has(n->marked, nearby[i].row) ? MARKS_FARTHER : 1;
    }
    qsort(nearby, kept, sizeof(*nearby), by_distance);
    return kept;
}

/* ---- how many of the nearest are found ---- */

static void note_result(struct search *search, const struct vectors *vectors, const struct bitmap *rows,
                        const struct nearby *found, uint32_t count)
{
    search->nearest_asked = clock_steady();
    if (search->recall.kept)
        return;
    near_recall_note(&search->recall, &search->index.near, vectors, rows, found, count);
    search->recall_writes = search->index.writes;
}

bool search_similar_check(struct search *search)
{
    if (search->recall.kept && search->recall_writes != search->index.writes)
        near_recall_drop(&search->recall);
    if (!search->recall.kept || clock_steady() - search->nearest_asked < IDLE_US)
        return false;
    near_recall_step(&search->recall, (const float *)(const void *)search->index.vectors.at, &search->index.ids);
    return true;
}

/* Looks at more rows than requested, and at more again while too few remain. */
static enum err look_wider(struct nearness *n, const struct vectors *vectors, const struct bitmap *rows,
                           struct nearby **nearby, uint32_t *count)
{
    struct near *near = &n->request->search->index.near;
    uint32_t limit = n->ask->has_limit ? (uint32_t)n->ask->limit : SEARCH_PAGE;
    uint32_t most = limit + bitmap_count(n->marked), total = bitmap_count(rows);
    uint32_t found, room;

    for (most *= n->unlike.count ? 2 : 1;; most *= 4) {
        room = most < total ? most : total;
        *nearby = arena_array(n->request->arena, room, sizeof(**nearby));
        if (!*nearby)
            return limits_refuse(n->request->fault, "the result");
        found = near_find(near, vectors, rows, room, *nearby);
        note_result(n->request->search, vectors, rows, *nearby, found);
        *count = drop_unlike(n, vectors->weights, *nearby, found);
        if (*count >= limit || room == total)
            break;
    }
    *count = *count < limit ? *count : limit;
    return ERR_OK;
}

static enum err measure_some_rows(struct nearness *n, const struct bitmap *rows, struct nearby **nearby,
                                  uint32_t *count)
{
    struct index *index = &n->request->search->index;
    float weights[ENTRY_VECTOR], target[ENTRY_VECTOR];
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, target, weights };

    blocks_weigh(&n->ask->weights, weights);
    examples_target(&n->like, &n->unlike, target);
    return look_wider(n, &vectors, rows, nearby, count);
}

static enum err fill_page(struct nearness *n, const struct nearby *nearby, uint32_t count, struct found *found)
{
    struct arena *arena = n->request->arena;
    uint32_t *page = arena_array(arena, count, sizeof(*page));
    float *distances = arena_array(arena, count, sizeof(*distances));

    if (!page || !distances)
        return limits_refuse(n->request->fault, "the page");
    for (uint32_t i = 0; i < count; i++) {
        page[i] = nearby[i].row;
        distances[i] = nearby[i].distance;
    }
    return search_fill(n->request, page, count, NULL, distances, found);
}

static enum err answer_nearest(struct nearness *n, const struct bitmap *rows, struct found *found)
{
    usec_t began = clock_steady();
    struct id room[EXAMPLES_MAX];
    const struct id_list like = list_examples(&n->like, room);
    struct nearby *nearby = NULL;
    uint32_t count = 0;
    enum err e = measure_some_rows(n, rows, &nearby, &count);

    if (e != ERR_OK)
        return e;
    search_sum(n->request->search, rows, NULL, found);
    found->took_us = (double)(clock_steady() - began);
    if (n->ask->directions &&
        !directions_list(&n->request->search->index, &like, n->request->arena, &found->directions))
        return limits_refuse(n->request->fault, "the directions");
    return fill_page(n, nearby, count, found);
}

static enum err find_nearest(struct nearness *n, struct found *found)
{
    struct bitmap *rows = NULL;
    enum err e;

    find_marked(n);
    e = find_candidates(n, &rows);
    if (e == ERR_OK)
        e = answer_nearest(n, rows, found);
    bitmap_free(rows);
    bitmap_free(n->marked);
    return e;
}

/* ---- the target ---- */

static enum err take_item(struct nearness *n, struct id id, struct examples *to)
{
    struct index *index = &n->request->search->index;
    struct bitmap *with_vector = index_with_vector(index);
    struct fault *fault = n->request->fault;
    uint32_t row;
    enum err e = ERR_OK;

    char text[ID_TEXT_SIZE];
    if (!index_find(index, id, &row))
        e = fault_set(fault, ERR_NOT_FOUND, "no media item %s", id_write(id, text));
    else if (!with_vector || !bitmap_has(with_vector, row)) {
        fault_set(fault, ERR_NOT_FOUND, "the item has no embedding");
        e = fault_hint(fault, "it is not audio, not analysed yet, or could not be: see `loophole show ID`");
    }
    if (e == ERR_OK) {
        to->each[to->count].id = id;
        memcpy(to->each[to->count++].vector, index_vector(index, row), sizeof(to->each->vector));
    }
    bitmap_free(with_vector);
    return e;
}

static void take_embedding(struct nearness *n, const struct embedding *embedding)
{
    n->like.each[n->like.count].id = (struct id){ { 0 } };
    record_vector(embedding, n->like.each[n->like.count++].vector);
}

/* Reads the lists of examples and counter-examples, which must be items. */
static enum err take_lists(struct nearness *n)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < n->ask->like.count; i++)
        e = take_item(n, n->ask->like.at[i], &n->like);
    if (e != ERR_OK)
        return fault_field(n->request->fault, "like");
    for (uint32_t i = 0; e == ERR_OK && i < n->ask->unlike.count; i++)
        e = take_item(n, n->ask->unlike.at[i], &n->unlike);
    return e == ERR_OK ? e : fault_field(n->request->fault, "unlike");
}

static enum err find_item_at(struct request *request, struct bytes path, struct id *id)
{
    struct txn *txn;
    enum err e;

    if (path.len == 0 || path.at[0] != '/') {
        if (path.len)
            fault_set(request->fault, ERR_BAD_REQUEST, "the path \"%.*s\" is not absolute",
                      path.len < 100 ? (int)path.len : 100, (const char *)path.at);
        else
            fault_set(request->fault, ERR_BAD_REQUEST, "the ask names no sound to compare with");
        return fault_hint(request->fault, "give an id, the absolute path of a file, or an embedding");
    }
    e = search_read(request->search, &txn, request->fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_at_path(txn, request->arena, path, id);
    txn_end(txn);
    return e;
}

/* ---- a file without an item or analysis: a worker analyses it first ---- */

static enum err take_heard(struct nearness *n, const struct heard *heard)
{
    if (!heard->found.has_embedding) {
        fault_set(n->request->fault, ERR_NOT_FOUND, "no sound was found in that file");
        return fault_hint(n->request->fault, "%.*s", TEXT_ARG(heard->found.failure));
    }
    take_embedding(n, &heard->found.embedding);
    return ERR_OK;
}

static void answer_embedding(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct request *request = state;
    struct service *service = request->search->service;
    struct nearness n = { .request = request, .ask = request->ask };
    enum err e = error;

    if (!ticket_is_open(service, request->ticket)) {
        free(request);
        return;
    }
    if (e == ERR_OK)
        e = take_lists(&n);
    else
        *request->fault = *fault;
    if (e == ERR_OK)
        e = take_heard(&n, answer);
    if (e == ERR_OK)
        e = find_nearest(&n, request->answer);
    if (e == ERR_OK)
        ticket_answer(service, request->ticket, request->answer);
    else
        ticket_fail(service, request->ticket, request->fault);
    free(request);
}

static enum err analyse_first(struct request *request, struct bytes path)
{
    struct indexer_analyse analyse = { .path = path };
    usec_t left_ms = (request->deadline - clock_steady()) / 1000 - REPLY_MARGIN_MS;
    struct fault fault = { 0 };
    struct request *kept;
    enum err e = search_put_off(request, &kept);

    if (e != ERR_OK)
        return e;
    e = service_ask(request->search->service, "indexer.analyse", &analyse, left_ms > 1 ? (uint32_t)left_ms : 1, NULL,
                    answer_embedding, kept, &fault);
    if (e == ERR_OK)
        return ERR_OK;
    ticket_fail(request->search->service, kept->ticket, &fault);
    free(kept);
    return ERR_OK;
}

/* Reads the single example: an embedding, an item, a file of an item, or a file to be analysed first. */
static enum err take_one(struct nearness *n, bool *is_to_be_heard)
{
    struct id id = n->ask->id;
    enum err e = ERR_OK;

    if (n->ask->has_embedding) {
        take_embedding(n, &n->ask->embedding);
        return ERR_OK;
    }
    if (!n->ask->has_id && n->ask->path.len == 0 && n->like.count)
        return ERR_OK;
    if (!n->ask->has_id)
        e = find_item_at(n->request, n->ask->path, &id);
    if (e == ERR_OK)
        e = take_item(n, id, &n->like);
    *is_to_be_heard = e == ERR_NOT_FOUND && !n->ask->has_id;
    return *is_to_be_heard ? ERR_OK : e;
}

enum err search_similar(struct request *request, const void *ask, void *answer)
{
    struct nearness n = { .request = request, .ask = ask };
    bool is_to_be_heard = false;
    enum err e = take_lists(&n);

    if (e == ERR_OK)
        e = take_one(&n, &is_to_be_heard);
    if (e == ERR_OK && is_to_be_heard)
        return analyse_first(request, n.ask->path);
    return e == ERR_OK ? find_nearest(&n, answer) : e;
}
