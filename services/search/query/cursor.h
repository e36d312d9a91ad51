/* cursor.h: the end of a page as opaque text: the position in the order and the item's id. So items that come or go
 * meanwhile cause neither repetitions nor gaps. A cursor is valid for one query in one order. Any thread. */
#ifndef LOOPHOLE_SEARCH_CURSOR_H
#define LOOPHOLE_SEARCH_CURSOR_H

#include "services/search/query/sort.h"

/* At most 255 bytes. Empty: the arena is full. */
struct text cursor_write(struct arena *arena, struct text query, struct text sort, const struct position *last);

/* Fills `last`, which points into the arena. Errors: bad_request (not a cursor, or of another query). */
enum err cursor_read(struct arena *arena, struct text cursor, struct text query, struct text sort,
                     struct position *last, struct fault *fault);

#endif
