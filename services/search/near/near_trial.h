/* near_trial.h: measures the plans of near_plan.h on rows of the data. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_TRIAL_H
#define LOOPHOLE_SEARCH_NEAR_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

struct near;

/* A trial makes one query per step. */
struct near_trial;
struct near_trial *near_trial_new(struct near *near, const float *at, uint64_t seed); /* NULL: limits_leave refuses */
bool near_trial_step(struct near_trial *trial); /* true: done, and the plans are in the file */
void near_trial_free(struct near_trial *trial); /* NULL is allowed */

int near_trial_by_value(const void *a, const void *b); /* the order of floats, to sort them */

#endif
