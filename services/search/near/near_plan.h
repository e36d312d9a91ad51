/* near_plan.h: the effort of a query, so that on average 99 in 100 of the truly nearest are found (but see near.h). It
 * depends on the data, so it is measured on rows drawn from them, whose true neighbours a scan of all rows finds. Plans
 * differ by the number of wanted neighbours and by how unequal the weights are: n = (Σ weight)² / Σ weight² over the 64
 * numbers; 64 if all are equal. Each block that outweighs all others has a class of its own. Any thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_PLAN_H
#define LOOPHOLE_SEARCH_NEAR_PLAN_H

#include "services/search/near/near_file.h"

enum { NEAR_DEEPEST = 1000 };
enum { NEAR_EACH = 20 };                          /* least number of a filter's rows to score per wanted row */
extern const float near_plan_depths[NEAR_DEPTHS]; /* numbers of neighbours with a plan of their own */

uint32_t near_plan_kind(const float *weights); /* below NEAR_KINDS: the class of inequality */

/* The plan for `wanted` neighbours, interpolated; `wanted` may be a fraction. */
struct near_plan near_plan_for(const struct near_file *file, const float *weights, float wanted);

#endif
