/* record_uses.h: the contexts of an item, and what the community counted of its content, for its entry. One thread. */
#ifndef LOOPHOLE_SEARCH_RECORD_USES_H
#define LOOPHOLE_SEARCH_RECORD_USES_H

#include "services/search/index/entry.h"
#include "store/store.h"

/* Errors: internal, full. */
enum err record_uses(struct txn *txn, struct bytes content, struct entry *entry);

#endif
