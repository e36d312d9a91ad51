/* map_layout.h: places embeddings on a plane or in space such that neighbours are close. The layout is that of UMAP
 * (McInnes, Healy, Melville, 2018, section 3.2), started from the principal components. A step moves all points at
 * once from their former places. So the same embeddings and seed give the same map on any number of threads. Any
 * thread. */
#ifndef LOOPHOLE_SEARCH_MAP_LAYOUT_H
#define LOOPHOLE_SEARCH_MAP_LAYOUT_H

#include "services/search/map/map_graph.h"

enum { MAP_DIMENSIONS = 3, MAP_THREADS = 2 };

struct map_place {
    float at[MAP_DIMENSIONS]; /* the third is 0 on a plane */
};

/* The number of steps that map_layout_make counts for `count` points. */
uint32_t map_layout_steps(uint32_t count);

/* `dimensions` is 2 or 3. Errors: full; busy (stopped). */
enum err map_layout_make(struct map_work *work, const struct map_graph *graph, uint32_t dimensions,
                         struct map_place *places);

/* How reliably neighbours on the map are true neighbours: trustworthiness (Venna and Kaski, 2001) for MAP_NEIGHBOURS,
 * of `sample` points drawn by the seed. 0 … 1; NaN: too few points. It takes less than map_layout_make,
 * which has checked limits_leave. */
double map_layout_trust(const struct map_work *work, const struct map_place *places, uint32_t sample);

#endif
