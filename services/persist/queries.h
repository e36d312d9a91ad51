/* queries.h: the queries that a person saved under a name, and the latest queries that were asked. They belong to no
 * media item, so the change log does not contain them. In the open turn. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_QUERIES_H
#define LOOPHOLE_PERSIST_QUERIES_H

#include "services/persist/turn/persist.h"

enum { QUERIES_NOTED = 200, QUERIES_SAVED = 1000 };

/* With a name: saves the query, in place of an earlier one of that name. Without a name: notes it as the latest. A
 * query that was noted before moves to the end; if there are more than QUERIES_NOTED, the oldest is removed. Errors:
 * bad_request (a name may contain letters, digits, - _ and .; the query may not use itself, also not through others),
 * too_large (QUERIES_SAVED), full. */
enum err queries_put(struct persist *p, const struct kept_query *query, struct done *answer, struct fault *fault);

/* Removes the saved query of that name; without a name, all noted queries. Errors: not_found. */
enum err queries_remove(struct persist *p, struct text name, struct done *answer, struct fault *fault);

#endif
