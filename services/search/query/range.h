/* range.h: numbers with units and ranges of them, as queries write them:
 *   120        what rounds to it: 119.5 up to 120.5; 120.0: 119.95 up to 120.05
 *   120-130    from … to, both with it; 120..130 is the same, -20..-10 is below zero, 120.. has no end
 *   >120 >=120 <120 <=120 =120
 * A unit after the last number holds for both: 1-2s. Of ages, 7d means within the last seven days.
 * Any thread. */
#ifndef LOOPHOLE_SEARCH_RANGE_H
#define LOOPHOLE_SEARCH_RANGE_H

#include "common/clock.h"
#include "services/search/query/filter.h"

struct range {
    double min, max;         /* infinite where open-ended; of UNIT_AGE: seconds since 1970 */
    bool min_open, max_open; /* the bound itself is not in it */
};

/* `now` is for ages. False: `why` says what is wrong (static), `at` is its byte in `from`. */
bool range_read(struct text from, enum filter_unit unit, usec_t now, struct range *to, const char **why, uint32_t *at);

#endif
