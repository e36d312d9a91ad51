/* rows.h: a small store with a row in most databases, and changes of its rows by an input. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_ROWS_H
#define LOOPHOLE_TESTS_FUZZ_ROWS_H

#include "store/row.h"
#include "tests/fuzz/fuzz.h"

enum { ROWS_ITEMS = 4 };

struct rows {
    struct store *store;
    struct id items[ROWS_ITEMS], folders[2], volume, request;
    struct bytes contents[ROWS_ITEMS]; /* the first two are equal */
};

/* Makes the store in fuzz_home at the first call; it stays open for its writer. */
struct rows *rows_of(void);

/* Changes rows of the write transaction as the input describes, up to its end. Each change takes one byte for the
 * database and one for its kind: a row is removed, gets other bytes, has some bytes changed or cut off, or a row under
 * any key is added. */
void rows_damage(struct fuzz_input *input, struct txn *txn);

#endif
