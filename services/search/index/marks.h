/* marks.h: pairs that a person said are not alike. A mark is a fact of the person's own about one of the
 * two (fact_name.h); it holds both ways. One thread. */
#ifndef LOOPHOLE_SEARCH_MARKS_H
#define LOOPHOLE_SEARCH_MARKS_H

#include "services/search/index/index.h"

#define MARKS_FARTHER 2.0f /* so many times as far as it is measured lies what is marked */

/* The rows that are marked against `id`. The caller frees them; NULL: memory is out. */
struct bitmap *marks_of(struct index *index, struct id id);

#endif
