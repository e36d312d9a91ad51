/* history.h: the end of a world. history.c repeats the committed deeds; history_records.c compares the records of the
 * store with the model. */
#ifndef LOOPHOLE_TESTS_SIM_HISTORY_H
#define LOOPHOLE_TESTS_SIM_HISTORY_H

#include "tests/sim/model.h"

enum { ROWS = 32768, REFUSALS = 4096 };

/* The end of a world: the committed deeds, in their order. */
struct history {
    struct txn *txn;
    struct arena arena;
    struct change rows[ROWS]; /* of the change log, as written */
    usec_t row_at[ROWS];
    uint64_t row_count, trimmed;
    struct verdict verdicts[DEEDS][OPS]; /* of each deed, by number */
    uint64_t last[DEEDS];                /* change of the deed; 0: none */
    bool taken[DEEDS];                   /* an undo or redo: done, and not yet answered */
    struct model_taking taking[DEEDS];   /* … whose parts so far */
    struct model_long longs[DEEDS];      /* applies in parts */
    struct model_emptying emptying[DEEDS];
    uint64_t next_row;               /* of the store, to be compared with these */
    usec_t from;                     /* the model's state is valid since then */
    struct deed *refusals[REFUSALS]; /* sent to a client, and not yet found right at any moment */
    uint32_t refusal_count;
    struct model model;
};

/* Takes the deeds that look refused and are right at some moment until then. */
void history_look_at_refusals(struct history *h, usec_t until);

/* ---- history_below.c: deeds that are done row by row ---- */
bool history_is_by_rows(const struct deed *deed);
void history_row_again(struct history *h, uint64_t number);
void history_begin_emptying(struct history *h, const struct deed *deed);
struct verdict history_end_of(struct history *h, const struct deed *deed, uint64_t revision);
void history_hold_emptied(struct history *h, const struct deed *deed, struct bytes answer);

/* ---- history_parts.c: steps in parts ---- */
bool history_is_long(const struct deed *deed); /* an apply in parts */
void history_begin_long(struct history *h, const struct deed *deed, uint32_t first);
void history_apply_again(struct history *h, uint64_t number);
struct verdict history_end_of_long(struct history *h, const struct deed *deed, uint64_t revision);
enum err history_refusal(struct history *h, const struct deed *deed); /* with which it would be refused now */
bool history_is_taken(uint64_t number);                               /* the row belongs to a part of an undo or redo */
void history_take_again(struct history *h, uint64_t number);          /* an undo or redo, whose work follows */
void history_hold_taken(struct history *h, const struct deed *deed);
bool history_is_between(const struct history *h, const struct deed *deed); /* another change came between its parts */

void history_hold_records(struct history *h); /* items, folders, undo */
void history_hold_log(struct history *h);
void history_hold_remembered(struct history *h);

/* Checks that the kept answer of an apply is the model's. */
void history_hold_applied(struct history *h, const struct deed *deed, const struct verdict *verdict,
                          struct bytes answer);

#endif
