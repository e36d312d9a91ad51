/* renewals.h: a heap of items that an older analyser analysed. They are analysed again when nothing new waits. The
 * items that changed last are first, because a person works with these. One thread. */
#ifndef LOOPHOLE_INDEXER_RENEWALS_H
#define LOOPHOLE_INDEXER_RENEWALS_H

#include "services/indexer/base/work.h"

/* A zeroed struct is empty. */
struct renewals {
    struct work **at; /* no parent has a lower `renews` than its two children */
    size_t count, room;
};

void renewals_add(struct renewals *renewals, struct work *work); /* takes ownership */
struct work *renewals_take(struct renewals *renewals);           /* NULL when empty */
/* Moves the works of a library to `to`. */
void renewals_take_of(struct renewals *renewals, struct id library, struct work_queue *to);
void renewals_clear(struct renewals *renewals);

#endif
