/* outbox.h: the offers that the server has not confirmed, as the next talk sends them, and what they reveal. The loop's
 * thread. */
#ifndef LOOPHOLE_COMPOSER_OUTBOX_H
#define LOOPHOLE_COMPOSER_OUTBOX_H

#include "services/composer/state.h"

enum { OUTBOX_TALK = 500 /* offers of one talk */ };

/* Fills `to` with the next call of the server: up to OUTBOX_TALK unconfirmed offers. Errors: full, internal. */
enum err outbox_read(struct txn *txn, struct arena *arena, const struct exchange_state *state, struct to_server *to);

/* Fills `to` with the exact bytes of the next talk; at level off, as they would be at level use. Sends and writes
 * nothing. `state` has a salt. Errors: full, internal. */
enum err outbox_preview(struct composer *composer, struct txn *txn, struct arena *arena,
                        const struct exchange_state *state, struct preview_seen *to);

#endif
