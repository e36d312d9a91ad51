/* map_graph.h: finds the nearest embeddings of each, and makes the weighted, undirected graph for the map. The
 * weights are those of UMAP (McInnes, Healy, Melville, 2018, section 3.1):
 *     w(i→j) = exp(-max(0, d(i,j) - nearest(i)) / σ(i)),   with σ(i) such that the weights of i add up to log2 of their
 *     number;   w(i,j) = w(i→j) + w(j→i) - w(i→j)·w(j→i).
 * Any thread, one for each graph. */
#ifndef LOOPHOLE_SEARCH_MAP_GRAPH_H
#define LOOPHOLE_SEARCH_MAP_GRAPH_H

#include <stdatomic.h>

#include "common/err.h"
#include "services/search/near/vectors.h"

enum { MAP_NEIGHBOURS = 15 };

/* The input of a map, and its progress. Another thread may read `done` and `total`, and set `stop`. */
struct map_work {
    const float *at; /* VECTORS_WIDTH numbers each */
    const struct ids *ids;
    uint32_t count;
    uint64_t seed;
    _Atomic uint32_t done, total; /* of steps with about equal cost */
    atomic_bool stop;
};

/* The neighbours of i are at [first[i], first[i + 1]); weights are in (0, 1]. */
struct map_graph {
    uint32_t count;
    uint32_t *first;
    uint32_t *to;
    float *weight;
    uint32_t *nearest; /* MAP_NEIGHBOURS each, nearest first; UINT32_MAX: none */
};

/* Errors: full; busy (stopped). After an error nothing must be freed. */
enum err map_graph_make(struct map_work *work, struct map_graph *graph);
void map_graph_free(struct map_graph *graph);

/* Writes the weights of `count` neighbours at `distances`, nearest first. */
void map_graph_weigh(const float *distances, uint32_t count, float *weights);

#endif
