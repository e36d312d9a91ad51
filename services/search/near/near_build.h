/* near_build.h: what near.c tells a build under way. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_BUILD_H
#define LOOPHOLE_SEARCH_NEAR_BUILD_H

#include "services/search/near/near.h"

/* Nothing when there is none. */
void near_build_change(struct near *near, uint32_t row);

#endif
