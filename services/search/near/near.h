/* near.h: the nearest of many embeddings, found without measuring all. Rows are gathered in clusters; a query looks
 * through the clusters near to it by coarse codes, then by fine codes, and measures the best exactly, in floats:
 * what it answers are always true distances, and of the truly nearest it misses at most one in a hundred. How much
 * it has to look at for that is measured on the rows themselves when the clusters are made (near_plan.h).
 *
 *   target ─► clusters ─► coarse codes, 16 bytes ─► fine codes, 64 bytes ─► floats ─► nearest
 *             some of them      of all in them         of one in twenty       of some dozens
 *
 * Rows that came or changed since are measured one and all, until the clusters are made again. Under NEAR_LEAST rows,
 * or when a filter leaves few, there is nothing to gain, and all are measured. What has been made lies in one
 * column, which the index's file holds. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_H
#define LOOPHOLE_SEARCH_NEAR_H

#include "services/search/near/near_state.h"
#include "services/search/near/vectors.h"

enum { NEAR_LEAST = 20000 };

enum err near_open(struct near *near); /* full */
void near_close(struct near *near);

/* After `made` was mapped: whether it is sound for an index of so many rows; those of `with_vector` that have no place
 * come to the tail. Errors: internal (damaged), full. */
enum err near_adopt(struct near *near, uint32_t rows, const struct bitmap *with_vector);

/* The row has another embedding than before, or none any more. */
void near_change(struct near *near, uint32_t row, bool has_vector);
bool near_has(const struct near *near, uint32_t row); /* its embedding is known, here and to a build under way */

/* The nearest rows of `only`, nearest first, at most `limit`. NULL: all rows that were there when the clusters
 * were made, and all changed since. Errors: full. */
enum err near_find(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t limit,
                   struct nearby *to, uint32_t *count);

/* ---- making clusters: near_build.h ---- */

/* Whether it is time: enough rows, and many of them without a place. */
bool near_is_due(const struct near *near, uint32_t with_vector);

#endif
