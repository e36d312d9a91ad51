/* check_row.h: a check of the rows of a store, and one row of it. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_CHECK_ROW_H
#define LOOPHOLE_STORE_CHECK_ROW_H

#include "store/catalogue.h"
#include "store/check/check_counts.h"
#include "store/row.h"

struct long_work;

struct check {
    struct txn *txn;
    const struct paths *paths;
    struct arena arena; /* of one row */
    void (*problem)(void *state, const char *what);
    void *state;
    const struct long_work *work; /* or NULL */
    struct check_counts *counts;
    uint64_t total;       /* rows of all databases */
    uint64_t last_number; /* of the change log, then of the undo steps */
    struct id last_scope; /* of the undo steps */
};

/* One row, and its decoded record if its database has records. */
struct seen {
    enum database db;
    struct bytes key;
    struct bytes value;
    const void *record;
};

/* Reports a problem of this row. */
void check_report(struct check *c, const struct seen *row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool check_is_there(struct check *c, enum database db, struct bytes key); /* the database has a row of that key */
bool check_key_is(const struct seen *row, struct id id);                  /* the row's key is exactly this id */

#endif
