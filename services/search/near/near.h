/* near.h: finds the nearest of many embeddings without measuring all. Rows are grouped in clusters. A query searches
 * the clusters near to it by coarse codes, then by fine codes, and measures the best rows exactly, in floats. So its
 * distances are always true. It aims at 99 in 100 of the truly nearest, on average; the effort that this needs is
 * measured on the rows themselves when the clusters are made (near_plan.h). It finds fewer where more rows than it
 * keeps have equal codes, as with the weight of one block alone among a million rows (DESIGN.md).
 *
 *   target ─► clusters ─► coarse codes, 16 bytes ─► fine codes, 64 bytes ─► floats ─► nearest
 *             some of them      of all in them         of one in twenty       of some dozens
 *
 * Rows added or changed later are all measured, until the clusters are made again. All rows are measured if they are
 * fewer than NEAR_LEAST, or if a filter leaves few. The clusters are in one column, a section of the index's file.
 * One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_H
#define LOOPHOLE_SEARCH_NEAR_H

#include "services/search/near/near_state.h"
#include "services/search/near/vectors.h"

enum { NEAR_LEAST = 20000 };

/* near_state_open opens it. */
void near_close(struct near *near); /* ends a running build */

/* Checks a mapped `made` for an index of `rows` rows; the rows of `with_vector` without a place go to the tail. Errors:
 * internal (damaged), full. */
enum err near_adopt(struct near *near, uint32_t rows, const struct bitmap *with_vector);

/* Call it when the row's embedding has changed or is gone. */
void near_change(struct near *near, uint32_t row, bool has_vector);
bool near_has(const struct near *near, uint32_t row); /* the clusters and a running build know its embedding */

/* Finds the nearest rows of `only`, nearest first, at most `limit`. NULL: all rows that existed when the clusters were
 * made, and all changed since. `to` has room for `limit`. Returns their number. Takes a uint32_t for at most each of
 * these rows: the caller has checked limits_leave, or is a query (match.h). */
uint32_t near_find(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t limit,
                   struct nearby *to);

/* True if near_find measures only some of these rows for `limit` nearest, so that it may miss one. */
bool near_is_estimated(const struct near *near, const struct bitmap *only, uint32_t limit);

/* ---- making clusters: near_build.h ---- */

/* True if clusters should be made: there are enough rows, and many have no place. */
bool near_is_due(const struct near *near, uint32_t with_vector);

#endif
