/* touch.h: reads a byte of each page of what large results are counted from: lengths, durations, tables of facets, and
 * the rows of frequent values. A machine that takes back unused memory, as virtual machines do, then leaves these in
 * place. One thread. */
#ifndef LOOPHOLE_SEARCH_TOUCH_H
#define LOOPHOLE_SEARCH_TOUCH_H

#include "services/search/index/index.h"

enum { TOUCH_VALUES = 200 /* of a field with more values, the rows of each are few */ };

void touch_index(const struct index *index);
void touch_term(const struct index *index, uint32_t term);

#endif
