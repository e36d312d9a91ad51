/* history.h: a world's end. history.c does again what was committed; history_records.c holds the records of the store
 * against what the model has then. */
#ifndef LOOPHOLE_TESTS_SIM_HISTORY_H
#define LOOPHOLE_TESTS_SIM_HISTORY_H

#include "store/catalogue.h"
#include "tests/sim/model.h"

enum { ROWS = 32768, REFUSALS = 4096 };

/* A world's end: what was committed, in the order in which it was done. */
struct history {
    struct txn *txn;
    struct arena arena;
    struct change rows[ROWS]; /* of the change log, as they were written */
    usec_t row_at[ROWS];
    uint64_t row_count, trimmed;
    struct verdict verdicts[DEEDS][OPS]; /* of each deed, by its number */
    uint64_t last[DEEDS];                /* change of it; 0: none */
    uint64_t next_row;                   /* of the store, to be held against these */
    usec_t from;                         /* since then the model's state holds */
    struct deed *refusals[REFUSALS];     /* sent to a client, and not yet seen to be right at some moment */
    uint32_t refusal_count;
    struct model model;
};

void history_hold_records(struct history *h); /* items, folders, undo */

/* The kept answer of an apply is what the model comes to. */
void history_hold_applied(struct history *h, const struct deed *deed, const struct verdict *verdict,
                          struct bytes answer);

#endif
