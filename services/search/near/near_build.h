/* near_build.h: makes the clusters of near.h in short steps. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_BUILD_H
#define LOOPHOLE_SEARCH_NEAR_BUILD_H

#include "common/clock.h"
#include "common/err.h"
#include "services/search/near/near_state.h"

/* Starts with the rows of `with_vector`. Their floats at `at` must stay there until the end, but may change. The same
 * rows and seed give the same clusters. Errors: full. */
enum err near_build_begin(struct near *near, const float *at, uint32_t rows, const struct bitmap *with_vector,
                          uint64_t seed);

/* Works until it is done or until `until` (steady clock). Errors: full; the build has then ended. */
enum err near_build_step(struct near *near, usec_t until, bool *done);
void near_build_end(struct near *near); /* drops a running build, if any */

/* Call it when a row's embedding changes, during a build or not. */
void near_build_change(struct near *near, uint32_t row);

#endif
