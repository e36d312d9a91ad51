/* near_build.h: makes the clusters of near.h, in pieces. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_BUILD_H
#define LOOPHOLE_SEARCH_NEAR_BUILD_H

#include "common/clock.h"
#include "common/err.h"
#include "services/search/near/near_state.h"

/* Of the rows of `with_vector`, whose floats are at `at`, which stay where they are until it ends; they may change.
 * The same rows and seed make the same clusters. Errors: full. */
enum err near_build_begin(struct near *near, const float *at, uint32_t rows, const struct bitmap *with_vector,
                          uint64_t seed);
/* Works until it is done or `until` (steady clock) has come. Errors: full; then it has ended. */
enum err near_build_step(struct near *near, usec_t until, bool *done);
void near_build_end(struct near *near); /* gives up what is under way, if anything */

/* A row has another embedding, while a build is under way or not. */
void near_build_change(struct near *near, uint32_t row);

#endif
