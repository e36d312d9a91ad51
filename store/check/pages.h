/* pages.h: checks the consistency of the store's pages. Each free page is listed once, each database can be walked from
 * end to end in the order of its keys, and no row lies on a free page. For a child process (trial.h), which may die of
 * it, because a page beyond the file's end raises SIGBUS. LMDB counts pages at the file's end that it never wrote, so
 * the length alone proves nothing. One thread. */
#ifndef LOOPHOLE_STORE_PAGES_H
#define LOOPHOLE_STORE_PAGES_H

#include "store/store.h"

/* Reads every page with rows; reports its progress to `work` every few rows. Errors: internal, with the reason; full;
 * io. */
enum err pages_check(struct txn *txn, const struct long_work *work, struct fault *fault);

#endif
