/* near.h: the nearest of many embeddings, found without measuring all. Rows are gathered in clusters; a query looks
 * through the clusters near to it by coarse codes, then by fine codes, and measures the best exactly, in floats:
 * what it answers are always true distances, and of the truly nearest it misses at most one in a hundred. How much
 * it has to look at for that is measured on the rows themselves when the clusters are made (near_plan.h).
 *
 *   target ─► clusters ─► coarse codes, 16 bytes ─► fine codes, 64 bytes ─► floats ─► nearest
 *             some of them      of all in them         of one in twenty       of some dozens
 *
 * Rows that came or changed since are measured one and all, until the clusters are made anew. Under NEAR_LEAST rows,
 * or when a filter leaves few, there is nothing to gain, and all are measured. What has been made lies in one
 * column, which the index's file holds. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_H
#define LOOPHOLE_SEARCH_NEAR_H

#include "common/clock.h"
#include "services/search/near/near_machine.h"
#include "services/search/near/vectors.h"
#include "services/search/sets/bitmap.h"

enum { NEAR_LEAST = 20000 };

struct near_build;
struct near_file;

struct near {
    struct column made;       /* bytes: what the index's file holds; empty: nothing is made */
    struct near_file *file;   /* within it; NULL: nothing is made */
    struct bitmap *tail;      /* rows to be measured one and all */
    struct near_build *build; /* under way, or NULL */
    struct near_work *work;   /* of one query */
};

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

/* ---- making clusters, in pieces ---- */

/* Whether it is time: enough rows, and many of them without a place. */
bool near_is_due(const struct near *near, uint32_t with_vector);

/* Of the rows of `with_vector`, whose floats stand at `at`, which stay where they are until it ends; they may change.
 * The same rows and seed make the same clusters. Errors: full. */
enum err near_build_begin(struct near *near, const float *at, uint32_t rows, const struct bitmap *with_vector,
                          uint64_t seed);
/* Works until it is done or `until` (steady clock) has come. Errors: full; then it has ended. */
enum err near_build_step(struct near *near, usec_t until, bool *done);
void near_build_end(struct near *near); /* gives up what is under way, if anything */

#endif
