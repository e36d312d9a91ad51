/* marks.h: pairs that a person marked as not alike. A mark is a fact of the person about one of the two (fact_name.h),
 * and applies in both directions. One thread. */
#ifndef LOOPHOLE_SEARCH_MARKS_H
#define LOOPHOLE_SEARCH_MARKS_H

#include "services/search/index/index.h"

#define MARKS_FARTHER 2.0f /* factor for the distance of a marked item */

/* The rows with a mark against `id`. The caller frees them. */
struct bitmap *marks_of(struct index *index, struct id id);

#endif
