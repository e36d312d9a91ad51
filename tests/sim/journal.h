/* journal.h: what the store's commits did, in order: noted when it is written, kept when it is committed. So the model
 * can do it again also when the store has trimmed it since. */
#ifndef LOOPHOLE_TESTS_SIM_JOURNAL_H
#define LOOPHOLE_TESTS_SIM_JOURNAL_H

#include "common/buffer.h"
#include "store/changelog.h"
#include "tests/sim/sim.h"

enum note_kind { NOTE_CHANGE, NOTE_ANSWER, NOTE_TRIMMED, NOTE_FORGOTTEN };

struct note {
    enum note_kind kind;
    usec_t at, wall;        /* by the steady clock, and by the clock on the wall */
    struct change change;   /* of NOTE_CHANGE; of NOTE_TRIMMED the revision alone */
    struct id request;      /* of NOTE_ANSWER and NOTE_FORGOTTEN */
    uint64_t revision;      /* of the answered request's last change; 0: it changed nothing */
    uint64_t digest;        /* of its ask */
    enum err error;
    struct buffer answer;
    uint64_t rows, bytes; /* before NOTE_TRIMMED: of the change log, and all that is counted */
    uint64_t quiet_rows, quiet_bytes; /* before NOTE_FORGOTTEN: of the requests that changed nothing */
};

void journal_begin(void); /* a new world */
void journal_end(void);
uint64_t journal_count(void);
const struct note *journal_at(uint64_t number);

/* Called by death.c. */
void journal_put(enum database db, struct bytes key, struct bytes value);      /* after it was done */
void journal_delete(struct txn *txn, enum database db, struct bytes key); /* before it is done */
void journal_commit(void); /* keeps what was noted since the transaction began */

/* A world's bounds of the change log: small ones, so that it is trimmed. */
extern const struct changelog_limits sim_limits;

#endif
