#include <stdlib.h>
#include <string.h>
#include "schema_indexer.h"
#include "services/search/blocks.h"
#include "services/search/search.h"
#include "services/search/vectors.h"

enum { REPLY_MARGIN_MS = 50 }; /* of the budget, kept for answering */

/* ---- the nearest ---- */

struct nearness {
    struct request *request;
    const struct search_similar *ask;
    float target[ENTRY_VECTOR];
    struct id self; /* left out; zero: the target is no item */
};

/* The rows of the query that have an embedding, the item itself left out. */
static enum err candidates(struct nearness *n, struct bitmap **rows)
{
    struct index *index = &n->request->search->index;
    struct node *root;
    uint32_t self;
    enum err e = search_rows(n->request, n->ask->query, &root, rows);
    struct bitmap *with_vector = e == ERR_OK ? match_with_vector(index) : NULL;

    if (e != ERR_OK)
        return e;
    if (!with_vector)
        return fault_set(n->request->fault, ERR_FULL, "no memory for the result");
    bitmap_and(*rows, with_vector);
    bitmap_free(with_vector);
    if (index_find(index, n->self, &self))
        bitmap_remove(*rows, self);
    return ERR_OK;
}

static enum err fill(struct nearness *n, const struct nearby *nearby, uint32_t count, struct found *found)
{
    struct arena *arena = n->request->arena;
    uint32_t *page = arena_array(arena, count, sizeof(*page));
    float *distances = arena_array(arena, count, sizeof(*distances));

    if (!page || !distances)
        return fault_set(n->request->fault, ERR_FULL, "no memory for the page");
    for (uint32_t i = 0; i < count; i++) {
        page[i] = nearby[i].row;
        distances[i] = nearby[i].distance;
    }
    return search_fill(n->request, page, count, NULL, distances, found);
}

static enum err measure(struct nearness *n, const struct bitmap *rows, struct found *found)
{
    struct index *index = &n->request->search->index;
    usec_t began = clock_steady();
    float weights[ENTRY_VECTOR];
    struct vectors vectors = { (const float *)(const void *)index->vectors.at, &index->ids, n->target,
                               weights };
    uint32_t limit = (uint32_t)n->ask->limit, count, *each = match_rows(rows, &count);
    struct nearby *nearby = arena_array(n->request->arena, limit, sizeof(*nearby));

    if (!each || !nearby) {
        free(each);
        return fault_set(n->request->fault, ERR_FULL, "no memory for the result");
    }
    blocks_weigh(&n->ask->weights, weights);
    count = vectors_nearest(&vectors, each, count, limit, nearby);
    free(each);
    search_sum(n->request->search, rows, found);
    found->took_us = (double)(clock_steady() - began);
    return fill(n, nearby, count, found);
}

static enum err find_nearest(struct nearness *n, struct found *found)
{
    struct bitmap *rows = NULL;
    enum err e = candidates(n, &rows);

    if (e == ERR_OK)
        e = measure(n, rows, found);
    bitmap_free(rows);
    return e;
}

/* ---- what it is to be near to ---- */

static enum err take_item(struct nearness *n, struct id id)
{
    struct index *index = &n->request->search->index;
    struct bitmap *with_vector = match_with_vector(index);
    struct fault *fault = n->request->fault;
    uint32_t row;
    enum err e = ERR_OK;

    if (!index_find(index, id, &row))
        e = fault_set(fault, ERR_NOT_FOUND, "no such media item");
    else if (!with_vector || !bitmap_has(with_vector, row)) {
        fault_set(fault, ERR_NOT_FOUND, "the item has no embedding");
        e = fault_hint(fault, "it is not audio, not analysed yet, or could not be: `loophole show ID` tells");
    }
    if (e == ERR_OK)
        memcpy(n->target, index_vector(index, row), sizeof(n->target));
    n->self = id;
    bitmap_free(with_vector);
    return e;
}

static enum err find_path(struct request *request, struct bytes path, struct id *id)
{
    struct txn *txn;
    enum err e;

    if (path.len == 0 || path.at[0] != '/') {
        fault_set(request->fault, ERR_BAD_REQUEST,
                  path.len ? "the path is not absolute" : "nothing to compare with");
        return fault_hint(request->fault, "give an id, the absolute path of a file, or an embedding");
    }
    e = search_read(request->search, &txn, request->fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_at_path(txn, request->arena, path, id);
    txn_end(txn);
    return e;
}

/* ---- a file that is no item, or has no analysis yet: a worker hears it first ---- */

static enum err take_heard(struct nearness *n, const struct heard *heard)
{
    if (!heard->found.has_embedding) {
        fault_set(n->request->fault, ERR_NOT_FOUND, "nothing can be heard in that file");
        return fault_hint(n->request->fault, "%.*s", TEXT_ARG(heard->found.failure));
    }
    record_vector(&heard->found.embedding, n->target);
    return ERR_OK;
}

static void hear(void *state, enum err error, const void *answer, const struct fault *fault)
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
        e = take_heard(&n, answer);
    else
        *request->fault = *fault;
    if (e == ERR_OK)
        e = find_nearest(&n, request->answer);
    if (e == ERR_OK)
        ticket_answer(service, request->ticket, request->answer);
    else
        ticket_fail(service, request->ticket, request->fault);
    free(request);
}

static enum err hear_first(struct request *request, struct bytes path)
{
    struct indexer_analyse analyse = { .path = path };
    usec_t left_ms = (request->deadline - clock_steady()) / 1000 - REPLY_MARGIN_MS;
    struct fault fault = { 0 };
    struct request *kept;
    enum err e = search_put_off(request, &kept);

    if (e != ERR_OK)
        return e;
    e = service_ask(request->search->service, "indexer.analyse", &analyse,
                    left_ms > 1 ? (uint32_t)left_ms : 1, NULL, hear, kept, &fault);
    if (e == ERR_OK)
        return ERR_OK;
    ticket_fail(request->search->service, kept->ticket, &fault);
    free(kept);
    return ERR_OK;
}

enum err search_similar(struct request *request, const void *ask, void *answer)
{
    struct nearness n = { .request = request, .ask = ask };
    struct id id = n.ask->id;
    enum err e = ERR_OK;

    if (n.ask->has_embedding) {
        record_vector(&n.ask->embedding, n.target);
        return find_nearest(&n, answer);
    }
    if (!n.ask->has_id)
        e = find_path(request, n.ask->path, &id);
    if (e == ERR_NOT_FOUND && n.ask->path.len)
        return hear_first(request, n.ask->path);
    if (e == ERR_OK)
        e = take_item(&n, id);
    if (e == ERR_NOT_FOUND && !n.ask->has_id)
        return hear_first(request, n.ask->path);
    return e == ERR_OK ? find_nearest(&n, answer) : e;
}
