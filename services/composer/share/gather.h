/* gather.h: compares what this studio may share, at its level, with what it shares already (DB_SHARED), and lists the
 * differences as offers. A pass reads the store in slices, each in a transaction of its own; the next
 * pass finds a change that comes during this one. The loop's thread.
 *
 *   uses ─► words ─► sweep ─► over       sweep: withdraws what is shared, but no longer stated */
#ifndef LOOPHOLE_COMPOSER_GATHER_H
#define LOOPHOLE_COMPOSER_GATHER_H

#include "common/clock.h"
#include "common/id_table.h"
#include "common/paths.h"
#include "schema_community.h"
#include "store/community.h"

enum { GATHER_OFFERS = 500, GATHER_MOST = 4 << 20 /* statements of one studio */ };

enum gather_phase { GATHER_USES, GATHER_WORDS, GATHER_SWEEP, GATHER_OVER };

struct gather {
    enum gather_phase phase;
    enum sharing level;
    struct id generation;
    uint8_t salt[32];
    const char *exclude;  /* folders, separated by colons; their sounds are not shared */
    struct key at;        /* where the next slice begins; empty: at the first row */
    struct id_table seen; /* subjects of this pass */
    bool is_full;         /* more than GATHER_MOST statements: the rest is not shared */
    bool is_fresh;        /* the server has confirmed nothing of this generation, and drops all of an earlier one */

    /* what the last slices found; the caller empties it with gather_taken */
    struct arena arena;
    struct offer_list offers;
    struct bytes_list drop; /* keys of rows that the server does not have: they are only removed here */
};

/* `state` must have a salt. `exclude` must outlive the pass. */
void gather_begin(struct gather *gather, const struct exchange_state *state, enum sharing level, const char *exclude);

/* Reads on until GATHER_OFFERS differences are listed, until `until` on the steady clock, or to the end. Errors: full;
 * internal: a row is damaged. Of what is shared, a fresh pass offers such a statement again, or drops its row. */
enum err gather_slice(struct gather *gather, struct txn *txn, usec_t until);
void gather_taken(struct gather *gather);
void gather_free(struct gather *gather);

#endif
