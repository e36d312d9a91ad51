/* team_compare.h: which items may differ from what the team says: all of them after joining, then those that the
 * change log names. persist compares them. All items are compared again after a folder was excluded or included.
 * Kits alone are compared again when one that waits may have room or be complete.
 * While nothing of the server was read, as after joining and when the server was restored, all that this engine says is
 * sent again. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_TEAM_COMPARE_H
#define LOOPHOLE_COMPOSER_TEAM_COMPARE_H

#include "services/composer/state.h"

/* Fills `changes` with the next part for persist. False: nothing is left to compare. Strings lie in the map or the
 * arena. Errors are logged, and end the part. */
bool team_compare(struct composer *composer, struct txn *txn, struct arena *arena, const struct team_state *state,
                  struct persist_team *changes);

#endif
