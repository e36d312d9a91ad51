/* range.h: reads numbers with units, and ranges, as queries write them:
 *   120        numbers that round to it: 119.5 up to 120.5; 120.0: 119.95 up to 120.05
 *   120-130    from … to, both included; so is 120..130; -20..-10 is negative; 120.. has no end
 *   >120 >=120 <120 <=120 =120
 * A unit after the last number holds for both: 1-2s. Of ages, 7d means within the last seven days.
 * Any thread. */
#ifndef LOOPHOLE_SEARCH_RANGE_H
#define LOOPHOLE_SEARCH_RANGE_H

#include "common/clock.h"
#include "services/search/query/filter.h"

struct range {
    double min, max;         /* infinite for an open end; UNIT_AGE: seconds since 1970 */
    bool min_open, max_open; /* the bound itself is excluded */
};

/* Reads a range; `now` is for ages. False: `why` names the error (static), at byte `at` of `from`. */
bool range_read(struct text from, enum filter_unit unit, usec_t now, struct range *to, const char **why, uint32_t *at);

#endif
