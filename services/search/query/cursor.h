/* cursor.h: where a page ended, as opaque text: the place in the order and the item's id, so that what comes or
 * goes meanwhile neither repeats nor hides an item. Belongs to one query in one order. Any thread. */
#ifndef LOOPHOLE_SEARCH_CURSOR_H
#define LOOPHOLE_SEARCH_CURSOR_H

#include "services/search/query/sort.h"

/* At most 255 bytes. Empty when memory is out. */
struct text cursor_write(struct arena *arena, struct text query, struct text sort, const struct position *last);

/* `last` points into the arena. Errors: bad_request (no cursor, or one of another query). */
enum err cursor_read(struct arena *arena, struct text cursor, struct text query, struct text sort,
                     struct position *last, struct fault *fault);

#endif
