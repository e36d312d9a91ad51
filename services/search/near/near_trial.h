/* near_trial.h: measures the plans of near_plan.h on rows of the data. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_TRIAL_H
#define LOOPHOLE_SEARCH_NEAR_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

struct near;

/* A query at a time. */
struct near_trial;
struct near_trial *near_trial_new(struct near *near, const float *at, uint64_t seed); /* NULL when memory is out */
bool near_trial_step(struct near_trial *trial); /* true when all is measured, and the plans are in the file */
void near_trial_free(struct near_trial *trial); /* NULL is allowed */

#endif
