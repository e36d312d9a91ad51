/* near_plan.h: how much a query has to look at, so that of the truly nearest it misses at most one in a hundred. That
 * depends on the data: it is measured on rows drawn from them, whose true neighbours are found by measuring all. Plans
 * differ by how many neighbours are wanted, and by how unequal the weights are: by
 *     n = (Σ weight)² / Σ weight²     over the 64 numbers, 64 when all are equal. */
#ifndef LOOPHOLE_SEARCH_NEAR_PLAN_H
#define LOOPHOLE_SEARCH_NEAR_PLAN_H

#include "services/search/near/near_file.h"

enum { NEAR_DEEPEST = 1000 };
extern const float near_plan_depths[NEAR_DEPTHS]; /* numbers of neighbours that a plan of its own is for */

uint32_t near_plan_kind(const float *weights); /* below NEAR_KINDS: how unequal they are */

/* For that many neighbours, which need not be a whole number. */
struct near_plan near_plan_for(const struct near_file *file, const float *weights, float wanted);

#endif
