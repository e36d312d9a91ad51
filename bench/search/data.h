/* data.h: makes embeddings in clusters, from a seed, with the true neighbours of its queries. A point is the sum of its
 * cluster's centre, a random mixture of the cluster's `inner` directions, and noise in all 64. So the data have about
 * `inner` dimensions locally, which the bench measures. The wider the clusters are, the more they overlap.
 *
 * In `easy` and `hard` the directions have equal spreads, and queries are further points; in `apart` and `mixed` each
 * direction has a smaller spread than the one before, and a query is a point with noise, which lies outside of all
 * clusters' directions. In `packs` and `wide` the clusters are as the packs of a library: of unequal sizes, dimensions
 * and spreads, with near copies and with sounds between two packs.
 *
 * A library of a person is another kind: each row lies between two items of it that are alike. */
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
    uint32_t clusters;   /* 0: as many as `members` points each give */
    uint32_t members;    /* points in a cluster */
    uint32_t inner;      /* its dimensions */
    float centers;       /* spread of the clusters' centres */
    float spread, noise; /* of a point within its cluster, and in all directions */
    float decay;         /* the spread of a direction over that of the one before */
    float query_noise;   /* added to a query in all directions */
    bool packs;          /* `inner` and `members` differ from cluster to cluster; `spread` is the middle one */
    const char *file; /* NULL, or the embeddings of a library (bench/search/embeddings): only this and `name` count */
};
enum { DATA_KINDS = 6 };
extern const struct data_kind data_kinds[DATA_KINDS];

/* Calls `run` for each kind that `word` names: a kind, a path with "/" of a library's embeddings, or NULL for all made
 * ones. */
void data_each_kind(const char *word, void (*run)(void *state, const struct data_kind *kind), void *state);

struct data {
    uint32_t count, query_count;
    float *at;      /* count × DATA_WIDTH, aligned to 64 bytes */
    float *queries; /* further points of the same clusters, with the kind's noise */
};

/* The caller frees it with data_free. An unreadable file ends the process. */
void data_make(struct data *data, const struct data_kind *kind, uint32_t count, uint32_t query_count, uint64_t seed);
void data_free(struct data *data);

/* The true nearest rows of each query: DATA_NEAREST, nearest first; UINT32_MAX where there are fewer.
 * `weights` (DATA_WIDTH) and `is_in` (one byte for
 * each row) may be NULL. */
void data_truth(const struct data *data, const float *weights, const uint8_t *is_in, uint32_t *to);

/* The local intrinsic dimension: the median over queries of the maximum-likelihood estimate from `nearest` distances
 * (Levina and Bickel, 2004). */
double data_dimension(const struct data *data, uint32_t nearest);

uint32_t data_draw(uint64_t *seed);

#ifdef __cplusplus
}
#endif
#endif
