/* data.h: made-up embeddings in clusters, from a seed, with the true neighbours of its queries. A point is the
 * centre of its cluster, a random mixture of the cluster's own `inner` directions, and noise in all 64: so the
 * data have about `inner` dimensions locally, which is measured, and clusters that overlap more the wider they
 * are. */
#ifndef LOOPHOLE_BENCH_SEARCH_DATA_H
#define LOOPHOLE_BENCH_SEARCH_DATA_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DATA_WIDTH = 64, DATA_NEAREST = 10 };

struct data_kind {
    const char *name;
    uint32_t members;    /* of a cluster */
    uint32_t inner;      /* its directions */
    float spread, noise; /* of a point in them, and in all; the centres spread by 1 */
};
extern const struct data_kind data_easy, data_hard;

struct data {
    uint32_t count, query_count;
    float *at;      /* count × DATA_WIDTH, aligned to 64 bytes */
    float *queries; /* more points of the same clusters */
};

/* Ends the program when memory is out. */
void data_make(struct data *data, const struct data_kind *kind, uint32_t count, uint32_t query_count, uint64_t seed);
void data_free(struct data *data);

/* The true nearest of each query: DATA_NEAREST rows, nearest first. `weights` (DATA_WIDTH) may be NULL, and `is_in`
 * (a byte a row) too. */
void data_truth(const struct data *data, const float *weights, const uint8_t *is_in, uint32_t *to);

/* The local intrinsic dimension: the median over queries of the maximum-likelihood estimate from `nearest` distances
 * (Levina and Bickel, 2004). */
double data_dimension(const struct data *data, uint32_t nearest);

uint32_t data_draw(uint64_t *seed);

#ifdef __cplusplus
}
#endif
#endif
