/* near_plan.h: how much a query has to look at, so that of the truly nearest it misses at most one in a hundred. That
 * depends on the data: it is measured on rows drawn from them, whose true neighbours are found by measuring all. Plans
 * differ by how many neighbours are wanted, and by how unequal the weights are: by
 *     n = (Σ weight)² / Σ weight²     over the 64 numbers, 64 when all are equal. */
#ifndef LOOPHOLE_SEARCH_NEAR_PLAN_H
#define LOOPHOLE_SEARCH_NEAR_PLAN_H

#include "services/search/near/near_file.h"

/* For that many neighbours, which need not be a whole number. */
struct near_plan near_plan_for(const struct near_file *file, const float *weights, float wanted);

/* Measuring, a query at a time. */
struct near_trial;
struct near_trial *near_trial_new(struct near *near, const float *at, uint64_t seed); /* NULL when memory is out */
bool near_trial_step(struct near_trial *trial); /* true when all is measured, and the plans are in the file */
void near_trial_free(struct near_trial *trial); /* NULL is allowed */

#endif
