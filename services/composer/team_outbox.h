/* team_outbox.h: the call that an exchange with the team sends. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_TEAM_OUTBOX_H
#define LOOPHOLE_COMPOSER_TEAM_OUTBOX_H

#include "services/composer/state.h"

enum { TEAM_SENT_MOST = 500 /* statements of a call */ };

/* Reads what the server lacks, at most 500 statements and a megabyte. What the server holds about excluded sounds is
 * withdrawn; what it does not hold becomes `drop`, and is not sent. Kits wait for a server that takes them.
 * Strings lie in the map or the arena. Errors: full,
 * io, internal (an exclusion is damaged: send nothing). */
enum err team_outbox_read(struct txn *txn, struct arena *arena, const struct team_state *state, struct to_team *to,
                          struct bytes_list *drop);

/* True if the statement is about an excluded sound: its content, or that of a layer of a kit; or if that is unknown. */
bool team_outbox_excludes(struct txn *txn, struct arena *arena, const struct team_said *said);

/* Writes the call as talk_begin takes it; its JSON lies in the arena. Errors: full. */
enum err team_outbox_write(struct arena *arena, const struct to_team *call, struct talk_words *to);

#endif
