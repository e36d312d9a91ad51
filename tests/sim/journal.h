/* journal.h: what the store's commits did, in order: noted when it is written, kept when it is committed. So the model
 * can do it again also when the store has trimmed it since. */
#ifndef LOOPHOLE_TESTS_SIM_JOURNAL_H
#define LOOPHOLE_TESTS_SIM_JOURNAL_H

#include "common/buffer.h"
#include "store/changelog.h"
#include "tests/sim/sim.h"

/* A batch begins, or goes on after a death, at operation `first`; each of its operations; the end of a part. */
enum note_kind { NOTE_BEGUN, NOTE_OPERATION, NOTE_PART, NOTE_CHANGE, NOTE_ANSWER, NOTE_TRIMMED, NOTE_FORGOTTEN };

struct note {
    enum note_kind kind;
    usec_t at, wall;            /* by the steady clock, and by the clock on the wall */
    struct change change;       /* of NOTE_CHANGE; of NOTE_TRIMMED the revision alone */
    struct id request;          /* of all others but these two */
    uint32_t first;             /* of NOTE_BEGUN; of NOTE_OPERATION its number */
    uint64_t undo_at, undo_top; /* of NOTE_OPERATION: where undo is before it */
    uint64_t revision;          /* of the answered request's last change; 0: it changed nothing */
    uint64_t digest;            /* of the ask of NOTE_ANSWER and NOTE_PART */
    enum err error;
    struct buffer answer;
    uint64_t rows, bytes;             /* before NOTE_TRIMMED: of the change log, and all that is counted */
    uint64_t quiet_rows, quiet_bytes; /* before NOTE_FORGOTTEN: of the requests that changed nothing */
};

void journal_begin(void); /* a new world */
void journal_end(void);
uint64_t journal_count(void);
const struct note *journal_at(uint64_t number);

/* The deed whose operation this is: of two under one id the next part or answer says which. NULL: the batch did not
 * come to one, and this operation had no effect. */
struct deed;
struct deed *journal_deed_of_operation(uint64_t number);

/* Called by parts.c. */
void journal_begun(struct id request, uint32_t first);
void journal_operation(struct id request, uint64_t undo_at, uint64_t undo_top);

/* Called by death.c. */
void journal_put(enum database db, struct bytes key, struct bytes value); /* after it was done */
void journal_delete(struct txn *txn, enum database db, struct bytes key); /* before it is done */
void journal_commit(void); /* keeps what was noted since the transaction began */

/* A world's bounds of the change log: small ones, so that it is trimmed. */
extern const struct changelog_limits sim_limits;

#endif
