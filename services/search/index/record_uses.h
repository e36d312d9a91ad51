/* record_uses.h: adds the contexts of an item, and the community's counts for its content, to its entry. One thread. */
#ifndef LOOPHOLE_SEARCH_RECORD_USES_H
#define LOOPHOLE_SEARCH_RECORD_USES_H

#include "services/search/index/entry.h"
#include "store/store.h"

/* Errors: internal, full. */
enum err record_uses(struct txn *txn, struct bytes content, struct entry *entry);

#endif
