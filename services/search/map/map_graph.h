/* map_graph.h: for each of `count` embeddings its nearest ones, and the weighted, undirected graph that a map is drawn
 * from. The weights are those of UMAP (McInnes, Healy, Melville, 2018, section 3.1):
 *     w(i→j) = exp(-max(0, d(i,j) - nearest(i)) / σ(i)),   with σ(i) such that the weights of i add up to log2 of their
 *     number;   w(i,j) = w(i→j) + w(j→i) - w(i→j)·w(j→i).
 * Any thread, one for each graph. */
#ifndef LOOPHOLE_SEARCH_MAP_GRAPH_H
#define LOOPHOLE_SEARCH_MAP_GRAPH_H

#include <stdatomic.h>

#include "common/err.h"
#include "services/search/near/vectors.h"

enum { MAP_NEIGHBOURS = 15 };

/* What a map is made of, and the progress. The thread that waits reads `done` and `total`, and may set `stop`. */
struct map_work {
    const float *at; /* VECTORS_WIDTH numbers each */
    const struct ids *ids;
    uint32_t count;
    uint64_t seed;
    _Atomic uint32_t done, total; /* of steps of equal cost, about */
    atomic_bool stop;
};

/* The neighbours of i are at [first[i], first[i + 1]), the weights in (0, 1]. */
struct map_graph {
    uint32_t count;
    uint32_t *first;
    uint32_t *to;
    float *weight;
    uint32_t *nearest; /* MAP_NEIGHBOURS for each, nearest first; UINT32_MAX where there are fewer */
};

/* Errors: full; busy when it was stopped. Then there is nothing to free. */
enum err map_graph_make(struct map_work *work, struct map_graph *graph);
void map_graph_free(struct map_graph *graph);

/* The weight of each of `count` neighbours at `distances`, nearest first. */
void map_graph_weigh(const float *distances, uint32_t count, float *weights);

#endif
