/* reads.h: all that the store's readers read of the small store of rows.h. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_READS_H
#define LOOPHOLE_TESTS_FUZZ_READS_H

#include "tests/fuzz/rows.h"

/* Each reader answers or refuses, whatever the rows contain. */
void reads_all(struct txn *txn, const struct rows *rows);

#endif
