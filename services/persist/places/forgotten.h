/* forgotten.h: the list of forgotten items, and their removal for good when a person asks for it. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_FORGOTTEN_H
#define LOOPHOLE_PERSIST_FORGOTTEN_H

#include "services/persist/turn/persist.h"

/* Lists at most `limit` items after the id `after`, fewer if their reading takes long. Leaves out items whose rows
 * cannot be read. Errors: full, internal. */
enum err forgotten_list(struct txn *txn, struct arena *arena, struct id after, uint64_t limit,
                        struct forgotten_line_list *to);

/* Begins to remove the items that are forgotten now, with their folders if these become empty; in parts (multipart.h).
 * An item stays if it is forgotten, or changes otherwise, after the request began: also after a death, when the request
 * is sent again; and if its row cannot be read. Errors (explained): busy, full, internal. */
enum err forgotten_begin_emptying(struct persist *p, struct call *call);

#endif
