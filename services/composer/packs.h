/* packs.h: counts how much of each pack is here, in slices, because a community may know millions of sounds. A count
 * begins when the inbox has changed, and with an ask after the catalogue has changed. Until it ends, the last one is
 * kept. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_PACKS_H
#define LOOPHOLE_COMPOSER_PACKS_H

#include "services/composer/state.h"

/* Answers with the kept count. If that is too old, the answer waits for a new one, unless this takes long: then it has
 * the kept one, and says so. Errors (explained): those of waiting_add, offline. */
enum err packs_list(struct composer *composer, struct call *call, struct packs_here *answer);

/* At the timer and the end of each turn: begins or continues a count. */
void packs_turn(struct composer *composer);
void packs_free(struct packs_count *packs);

/* Lessons come: the kept count is too old, also when an inbox that was read again ends at the same position. */
void packs_outdate(struct packs_count *packs);

#endif
