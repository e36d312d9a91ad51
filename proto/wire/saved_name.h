/* saved_name.h: the names of saved queries in the text of a query: @NAME, of letters, digits, - _ and . Any thread. */
#ifndef LOOPHOLE_PROTO_SAVED_NAME_H
#define LOOPHOLE_PROTO_SAVED_NAME_H

#include "common/text.h"

/* The position of the next @NAME from `at` on, outside quotes and at the start of a word; `name` receives its name. The
 * length of the query if no name follows. */
uint32_t saved_name_next(struct text query, uint32_t at, struct text *name);

#endif
