/* renewals.h: a heap of items that an older analyser analysed. They are analysed again when nothing new waits. The
 * items that changed last are first, because a person works with these. One thread. */
#ifndef LOOPHOLE_INDEXER_RENEWALS_H
#define LOOPHOLE_INDEXER_RENEWALS_H

#include "services/indexer/base/analysis.h"

/* A zeroed struct is empty. */
struct renewals {
    struct analysis **at; /* no parent has a lower `renews` than its two children */
    size_t count, room;
};

void renewals_add(struct renewals *renewals, struct analysis *analysis); /* takes ownership */
struct analysis *renewals_take(struct renewals *renewals);               /* NULL when empty */
/* Moves the analyses of a library to `to`. */
void renewals_take_of(struct renewals *renewals, struct id library, struct analysis_queue *to);
void renewals_clear(struct renewals *renewals);

#endif
