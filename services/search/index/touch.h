/* touch.h: reads one byte of each memory page that the counts of large results need: lengths, durations, tables of
 * facets, and the rows of frequent values. So a machine that reclaims unused memory, as virtual machines do, keeps
 * these pages. One thread. */
#ifndef LOOPHOLE_SEARCH_TOUCH_H
#define LOOPHOLE_SEARCH_TOUCH_H

#include "services/search/index/index.h"

enum { TOUCH_VALUES = 200 /* of a field with more values, the rows of each are few */ };

void touch_index(const struct index *index);               /* lengths, durations, tables of facets */
void touch_term(const struct index *index, uint32_t term); /* the rows with the term, if they are many */

#endif
