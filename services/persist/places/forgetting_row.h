/* forgetting_row.h: the rows of DB_META that keep the work of forgetting.h through a death, one for each request. All
 * functions work in persist's write transaction; a write that fails breaks the turn. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_FORGETTING_ROW_H
#define LOOPHOLE_PERSIST_FORGETTING_ROW_H

#include "services/persist/turn/persist.h"

/* Write, delete and look for the row of a request. Errors: full, io. */
enum err forgetting_put_row(struct persist *p, const struct forgetting *what);
enum err forgetting_delete_row(struct persist *p, const struct forgetting *what);
bool forgetting_has_row(struct persist *p, struct id request);

/* Reads the first row after that of *request (zero: of all) without work in progress, and sets *request to its request,
 * also if the row cannot be read. Errors: not_found (there is none), those of a read. */
enum err forgetting_next_row(struct persist *p, struct id *request, struct forgetting *what);

#endif
