/* queries.h: queries that a person saved under a name, and those that were asked last. They belong to no media item:
 * the change log does not name them. */
#ifndef LOOPHOLE_PERSIST_QUERIES_H
#define LOOPHOLE_PERSIST_QUERIES_H

#include "services/persist/turn/persist.h"

enum { QUERIES_NOTED = 200, QUERIES_SAVED = 1000 };

/* With a name: saved under it, in place of another one. Without: noted as asked just now; one that was noted before
 * moves to the end, and of more than QUERIES_NOTED the oldest goes. Errors: bad_request (a name has other characters
 * than letters, digits, - _ and .), too_large (QUERIES_SAVED), full. */
enum err queries_put(struct persist *p, const struct kept_query *query, struct done *answer, struct fault *fault);

/* The saved one of that name; without a name all that was noted. Errors: not_found. */
enum err queries_remove(struct persist *p, struct text name, struct done *answer, struct fault *fault);

#endif
