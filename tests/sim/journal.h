/* journal.h: the commits of the store, in order: noted when written, kept when committed. So the model can repeat them
 * even after the store has trimmed them. */
#ifndef LOOPHOLE_TESTS_SIM_JOURNAL_H
#define LOOPHOLE_TESTS_SIM_JOURNAL_H

#include "common/buffer.h"
#include "store/changelog.h"
#include "store/changelog_trim.h"
#include "tests/sim/deed.h"
#include "tests/sim/sim.h"

/* A batch begins at operation `first`, or continues there after a death; each of its operations; the end of a part. */
enum note_kind {
    NOTE_BEGUN,
    NOTE_OPERATION,
    NOTE_APPLIED, /* actions of an apply in parts, done together; perhaps without a change */
    NOTE_TAKEN,   /* undo or redo took rows of its stack, which moved it; the last kind that logs nothing itself */
    NOTE_PART,
    NOTE_CHANGE,
    NOTE_ANSWER,
    NOTE_TRIMMED,
    NOTE_FORGOTTEN,
    NOTE_WORK, /* items below a folder begin to be forgotten, or brought back */
    NOTE_WORK_ENDED,
    NOTE_REPACK, /* items below a folder that moved get another pack */
    NOTE_REPACK_ENDED
};

struct repacking {
    struct id folder;
    char old[WORD]; /* the pack before the move */
};

struct note {
    enum note_kind kind;
    uint64_t turn;              /* notes of one commit have one number */
    usec_t at, wall;            /* by the steady clock, and by the wall clock */
    struct change change;       /* of NOTE_CHANGE; of NOTE_TRIMMED only the revision */
    struct id request;          /* of all other kinds */
    uint32_t first;             /* of NOTE_BEGUN and NOTE_APPLIED; of NOTE_OPERATION its number */
    uint32_t actions;           /* of NOTE_APPLIED */
    uint64_t undo_at, undo_top; /* of NOTE_OPERATION, NOTE_APPLIED and NOTE_TAKEN: the position of undo before it */
    uint64_t undo_to;           /* of NOTE_TAKEN: after it */
    uint64_t revision;          /* of the answered request's last change; 0: it changed nothing */
    uint64_t digest;            /* of the ask of NOTE_ANSWER and NOTE_PART */
    struct forgetting work;     /* of NOTE_WORK */
    struct repacking repack;
    enum err error;
    struct buffer answer;
    uint64_t rows, bytes;             /* before NOTE_TRIMMED: of the change log, and all counted bytes */
    uint64_t quiet_rows, quiet_bytes; /* before NOTE_FORGOTTEN: of the requests that changed nothing */
};

void journal_begin(void); /* a new world */
void journal_end(void);
uint64_t journal_count(void);
const struct note *journal_at(uint64_t number);

/* The deed of this operation. Of two deeds under one id, the next part or answer shows which. NULL: the batch reached
 * neither, and this operation had no effect. */
struct deed *journal_deed_of_operation(uint64_t number);

/* Called by parts.c. */
void journal_begun(struct id request, uint32_t first);
void journal_taken(struct id request, uint64_t undo_at, uint64_t undo_top);
void journal_taken_to(struct id request, uint64_t undo_at);
void journal_applied(struct id request, uint32_t first, uint32_t actions, uint64_t undo_at, uint64_t undo_top);
void journal_operation(struct id request, uint64_t undo_at, uint64_t undo_top);

/* Called by death.c. */
void journal_put(enum database db, struct bytes key, struct bytes value); /* after it was done */
void journal_delete(struct txn *txn, enum database db, struct bytes key); /* before it is done */
void journal_commit(void); /* keeps the notes since the transaction began */

/* A world's limits of the change log: small ones, so that it is trimmed. */
extern const struct changelog_limits sim_limits;

#endif
