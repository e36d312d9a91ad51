/* ours.h: the engine's index of a bench's data, and the share of the true neighbours that a search finds. A failure
 * ends the bench. */
#ifndef LOOPHOLE_BENCH_SEARCH_OURS_H
#define LOOPHOLE_BENCH_SEARCH_OURS_H

#include "bench/search/data.h"
#include "services/search/near/near.h"
#include "services/search/near/near_machine.h"

struct ours {
    struct data data;
    struct near near;
    struct ids ids;
    float weights[DATA_WIDTH];
    uint32_t *truth; /* DATA_NEAREST rows of each query, as of data_truth */
    uint32_t *found; /* the same of the last search; UINT32_MAX where there are fewer */
};

/* Makes the data with equal weights and their true neighbours, and builds the index. Returns the processor time of the
 * index in seconds. ours_close frees it. */
double ours_open(struct ours *ours, const struct data_kind *kind, uint32_t count, uint32_t queries, uint64_t seed);
void ours_close(struct ours *ours);

/* Asks each query once, among the rows `only` (NULL: all). Returns the processor time in seconds. */
double ours_ask(struct ours *ours, const struct bitmap *only);

/* The share of `truth` in `found`, 0..1. A row at the same distance as a true one counts. */
double ours_recall(const struct ours *ours);

void ours_weigh(struct ours *ours, const float blocks[NEAR_BLOCKS]); /* sets the weights; `truth` stays */

/* One row in `one_of`, drawn; each also becomes 1 in `is_in`. The caller frees it with bitmap_free. */
struct bitmap *ours_draw_rows(const struct ours *ours, uint32_t one_of, uint64_t seed, uint8_t *is_in);

void *ours_memory(size_t bytes);  /* zeroed; free() returns it */
double ours_processor_time(void); /* of this thread, in seconds */

#endif
