/* gather.h: compares the statements that this studio may share at its level with those that it shares already
 * (DB_SHARED), and lists the differences as offers. A pass reads the store in slices. Each slice has a transaction of
 * its own, so the next pass finds a change that is made during this pass. The loop's thread.
 *
 *   uses ─► words ─► sweep ─► over       sweep: withdraws shared statements that no longer hold */
#ifndef LOOPHOLE_COMPOSER_GATHER_H
#define LOOPHOLE_COMPOSER_GATHER_H

#include "common/id_table.h"
#include "schema_community.h"
#include "services/composer/offers/slice.h"
#include "store/community.h"

enum { GATHER_OFFERS = 500, GATHER_MOST = 4 << 20 /* statements of one studio */ };

enum gather_phase { GATHER_USES, GATHER_WORDS, GATHER_SWEEP, GATHER_OVER };

struct gather {
    enum gather_phase phase;
    enum sharing level;
    struct id generation;
    uint8_t salt[32];
    struct key at;        /* where the next slice begins; empty: at the first row */
    struct id_table seen; /* subjects of this pass */
    bool is_full;         /* there are more than GATHER_MOST statements; the others are not shared */
    bool is_fresh;        /* the server has confirmed no offer of this generation, and drops all earlier generations */

    /* results of the last slices; the caller empties them with gather_taken */
    struct arena arena;
    struct offer_list offers;
    struct bytes_list drop; /* keys of shared rows that the server does not have, to be removed only from the store */
};

/* `state` must have a salt. */
void gather_begin(struct gather *gather, const struct exchange_state *state, enum sharing level);

/* Reads until GATHER_OFFERS differences are listed, until the slice is over, or to the end. Errors: full; internal (a
 * damaged row). If the row of a shared statement is damaged, a fresh pass offers the statement again, or drops the
 * row. */
enum err gather_slice(struct gather *gather, struct txn *txn, struct slice *slice);
void gather_taken(struct gather *gather);
void gather_free(struct gather *gather);

#endif
