/* peer.h: another library's index over the same data, and its queries. One thread. */
#ifndef LOOPHOLE_BENCH_SEARCH_PEER_H
#define LOOPHOLE_BENCH_SEARCH_PEER_H

#include "bench/search/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A request: `count` queries, each for DATA_NEAREST rows; `bits` (NULL: all rows) has a bit for each row that may be
 * found, the lowest of a byte first. */
struct peer_ask {
    const float *queries;
    uint32_t count;
    const uint8_t *bits;
    uint32_t *found; /* DATA_NEAREST for each query; UINT32_MAX where none was found */
};

struct peer;

/* The compared indexes, and their names. */
uint32_t peer_kinds(void);
const char *peer_name(uint32_t kind);
bool peer_is_faiss(uint32_t kind);
bool peer_can_filter(uint32_t kind);

struct peer *peer_build(uint32_t kind, const struct data *data);
double peer_megabytes(const struct peer *peer); /* without the floats of the data themselves, if it needs no copy */
uint32_t peer_most_effort(const struct peer *peer);

/* `effort`, from 1, is the number that trades speed for recall: ef, or clusters probed. */
void peer_search(struct peer *peer, const struct peer_ask *ask, uint32_t effort);
void peer_free(struct peer *peer);

#ifdef __cplusplus
}
#endif
#endif
