/* renewals.h: items that an older analyser heard, to be heard again once nothing new waits: those that changed last
 * first, for what a person works with has changed of late. A heap. One thread. */
#ifndef LOOPHOLE_INDEXER_RENEWALS_H
#define LOOPHOLE_INDEXER_RENEWALS_H

#include "services/indexer/scan/work.h"

/* Zeroed is empty. */
struct renewals {
    struct work **at; /* no parent has a lower `renews` than its two children */
    size_t count, room;
};

void renewals_add(struct renewals *renewals, struct work *work);                            /* takes it over */
struct work *renewals_take(struct renewals *renewals);                                      /* NULL when empty */
void renewals_take_of(struct renewals *renewals, struct id library, struct work_queue *to); /* all of a library */
void renewals_clear(struct renewals *renewals);

#endif
