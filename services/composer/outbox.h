/* outbox.h: the offers that the server has not confirmed, as the next talk sends them, and what they reveal. The loop's
 * thread. */
#ifndef LOOPHOLE_COMPOSER_OUTBOX_H
#define LOOPHOLE_COMPOSER_OUTBOX_H

#include "services/composer/state.h"

enum { OUTBOX_TALK = 500 /* offers of the first talk of an exchange */, OUTBOX_BULK = 4096 /* … of a later one */ };

/* Fills `to`, but not its server, with the next talk: up to OUTBOX_TALK unconfirmed offers, `in_bulk` OUTBOX_BULK.
 * `goes_on`: further calls read more lessons. Errors: full, internal. */
enum err outbox_write(struct txn *txn, struct arena *arena, const struct exchange_state *state, bool in_bulk,
                      bool goes_on, struct talk_words *to, struct sent_offers *sent);

/* Fills `to`, but not its server, with a talk without offers: news or forget. Errors: full, internal. */
enum err outbox_ask(struct txn *txn, struct arena *arena, const struct exchange_state *state, enum talk_kind kind,
                    struct talk_words *to);

/* Fills `to` with the exact bytes of the next talk; at level off, as they would be at level use. Sends and writes
 * nothing. `state` has a salt. Errors: full, internal. */
enum err outbox_preview(struct composer *composer, struct txn *txn, struct arena *arena,
                        const struct exchange_state *state, struct preview_seen *to);

#endif
