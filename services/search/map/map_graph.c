#include "services/search/map/map_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/near/near.h"
#include "services/search/near/near_build.h"

enum { BISECTIONS = 48, PIECE_US = 50000, STRIDE = 256 };

/* ---- the nearest of each row ---- */

struct graph_finding {
    struct map_work *work;
    struct near near;
    struct bitmap *all;
    uint32_t *nearest;
    float *distances;
};

static enum err make_clusters(struct graph_finding *f)
{
    enum err e = near_build_begin(&f->near, f->work->at, f->work->count, f->all, f->work->seed);
    bool done = false;

    while (e == ERR_OK && !done) {
        if (atomic_load(&f->work->stop))
            return ERR_BUSY;
        e = near_build_step(&f->near, clock_steady() + PIECE_US, &done);
    }
    return e;
}

/* Leaves out the row itself. It is the first one found, or anywhere among items with equal embeddings. */
static void keep_nearest(struct graph_finding *f, uint32_t row, const struct nearby *found, uint32_t count)
{
    uint32_t *nearest = f->nearest + (size_t)row * MAP_NEIGHBOURS, kept = 0;
    float *distances = f->distances + (size_t)row * MAP_NEIGHBOURS;

    for (uint32_t i = 0; i < count && kept < MAP_NEIGHBOURS; i++) {
        if (found[i].row == row)
            continue;
        nearest[kept] = found[i].row;
        distances[kept++] = found[i].distance;
    }
    for (; kept < MAP_NEIGHBOURS; kept++)
        nearest[kept] = UINT32_MAX;
}

static enum err find_all(struct graph_finding *f)
{
    float weights[VECTORS_WIDTH];
    struct nearby found[MAP_NEIGHBOURS + 1];
    struct vectors vectors = { f->work->at, f->work->ids, NULL, weights };

    for (uint32_t i = 0; i < VECTORS_WIDTH; i++)
        weights[i] = 1;
    for (uint32_t row = 0; row < f->work->count; row++) {
        vectors.target = f->work->at + (size_t)row * VECTORS_WIDTH;
        keep_nearest(f, row, found, near_find(&f->near, &vectors, f->all, MAP_NEIGHBOURS + 1, found));
        if (row % STRIDE == 0 && atomic_load(&f->work->stop))
            return ERR_BUSY;
    }
    return ERR_OK;
}

static struct bitmap *rows_below(uint32_t count)
{
    struct bitmap *all = bitmap_new();

    for (uint32_t i = 0; i < count; i++)
        bitmap_add(all, i);
    return all;
}

static enum err find_neighbours(struct map_work *work, uint32_t *nearest, float *distances)
{
    struct graph_finding f = { .work = work, .nearest = nearest, .distances = distances };
    enum err e = near_state_open(&f.near);

    if (e != ERR_OK)
        return e;
    f.all = rows_below(work->count);
    if (near_is_due(&f.near, work->count))
        e = make_clusters(&f);
    if (e == ERR_OK)
        e = find_all(&f);
    bitmap_free(f.all);
    near_close(&f.near);
    return e;
}

/* ---- weights ---- */

static float sum_of(const float *distances, uint32_t count, float sigma)
{
    float sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += expf(-(distances[i] - distances[0]) / sigma);
    return sum;
}

void map_graph_weigh(const float *distances, uint32_t count, float *weights)
{
    float low = 0, high = INFINITY, sigma = 1, wanted = log2f((float)(count > 1 ? count : 2));

    for (int i = 0; i < BISECTIONS; i++) {
        if (sum_of(distances, count, sigma) > wanted)
            high = sigma;
        else
            low = sigma;
        sigma = isinf(high) ? sigma * 2 : (low + high) / 2;
    }
    if (!(sigma > 1e-6F))
        sigma = 1e-6F;
    for (uint32_t i = 0; i < count; i++)
        weights[i] = fmaxf(expf(-(distances[i] - distances[0]) / sigma), 1e-6F);
}

static uint32_t neighbours_of(const uint32_t *nearest, uint32_t row)
{
    uint32_t count = 0;

    while (count < MAP_NEIGHBOURS && nearest[(size_t)row * MAP_NEIGHBOURS + count] != UINT32_MAX)
        count++;
    return count;
}

/* Replaces the distances in `weights` by weights. */
static void weigh_all(const uint32_t *nearest, float *weights, uint32_t count)
{
    for (uint32_t row = 0; row < count; row++) {
        float of_row[MAP_NEIGHBOURS];
        float *at = weights + (size_t)row * MAP_NEIGHBOURS;
        uint32_t neighbours = neighbours_of(nearest, row);

        map_graph_weigh(at, neighbours, of_row);
        memcpy(at, of_row, neighbours * sizeof(*at));
    }
}

/* ---- both directions ---- */

static float weight_back(const struct map_graph *graph, const float *weights, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < MAP_NEIGHBOURS; i++)
        if (graph->nearest[(size_t)from * MAP_NEIGHBOURS + i] == to)
            return weights[(size_t)from * MAP_NEIGHBOURS + i];
    return 0;
}

/* Visits each directed edge, and the missing reverse edges. */
static void count_edges(struct map_graph *graph, const float *weights)
{
    for (uint32_t row = 0; row < graph->count; row++) {
        uint32_t neighbours = neighbours_of(graph->nearest, row);

        graph->first[row + 1] += neighbours;
        for (uint32_t i = 0; i < neighbours; i++) {
            uint32_t to = graph->nearest[(size_t)row * MAP_NEIGHBOURS + i];
            graph->first[to + 1] += weight_back(graph, weights, to, row) == 0;
        }
    }
    for (uint32_t row = 0; row < graph->count; row++)
        graph->first[row + 1] += graph->first[row];
}

static void put_edge(struct map_graph *graph, uint32_t *next, uint32_t from, uint32_t to, float weight)
{
    graph->to[next[from]] = to;
    graph->weight[next[from]++] = weight;
}

static void put_edges(struct map_graph *graph, const float *weights, uint32_t *next)
{
    memcpy(next, graph->first, graph->count * sizeof(*next));
    for (uint32_t row = 0; row < graph->count; row++) {
        uint32_t neighbours = neighbours_of(graph->nearest, row);

        for (uint32_t i = 0; i < neighbours; i++) {
            uint32_t to = graph->nearest[(size_t)row * MAP_NEIGHBOURS + i];
            float there = weights[(size_t)row * MAP_NEIGHBOURS + i], back = weight_back(graph, weights, to, row);

            put_edge(graph, next, row, to, there + back - there * back);
            if (back == 0)
                put_edge(graph, next, to, row, there);
        }
    }
}

static enum err join_edges(struct map_graph *graph, const float *weights)
{
    uint32_t *next, edges;

    graph->first = alloc_zeroed((size_t)graph->count + 1, sizeof(*graph->first));
    count_edges(graph, weights);
    edges = graph->first[graph->count];
    if (!limits_leave(graph->count * sizeof(*next) + edges * (sizeof(*graph->to) + sizeof(*graph->weight))))
        return ERR_FULL;
    next = alloc_array(graph->count, sizeof(*next));
    graph->to = alloc_array(edges, sizeof(*graph->to));
    graph->weight = alloc_array(edges, sizeof(*graph->weight));
    put_edges(graph, weights, next);
    free(next);
    return ERR_OK;
}

enum err map_graph_make(struct map_work *work, struct map_graph *graph)
{
    size_t edges = (size_t)work->count * MAP_NEIGHBOURS;
    float *weights;
    enum err e;

    /* With `first`, and the list of one query (near_find). */
    if (!limits_leave(edges * (sizeof(*weights) + sizeof(*graph->nearest)) + work->count * 2 * sizeof(uint32_t)))
        return ERR_FULL;
    weights = alloc_zeroed(edges, sizeof(*weights));
    *graph = (struct map_graph){ .count = work->count, .nearest = alloc_zeroed(edges, sizeof(uint32_t)) };
    e = find_neighbours(work, graph->nearest, weights);
    if (e == ERR_OK) {
        weigh_all(graph->nearest, weights, work->count);
        e = join_edges(graph, weights);
    }
    free(weights);
    if (e != ERR_OK)
        map_graph_free(graph);
    return e;
}

void map_graph_free(struct map_graph *graph)
{
    free(graph->first);
    free(graph->to);
    free(graph->weight);
    free(graph->nearest);
    *graph = (struct map_graph){ 0 };
}
