/* reads.h: reads everything that the store's readers read, from the small store of rows.h. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_READS_H
#define LOOPHOLE_TESTS_FUZZ_READS_H

#include "tests/fuzz/rows.h"

/* Each reader answers or refuses, whatever the rows contain. */
void reads_all(struct txn *txn, const struct rows *rows);

#endif
