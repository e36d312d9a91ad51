/* packs.h: counts how much of each pack is here, in slices, because a community may know millions of sounds. The count
 * is kept until the inbox or the catalogue changes. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_PACKS_H
#define LOOPHOLE_COMPOSER_PACKS_H

#include "services/composer/state.h"

/* Answers from the kept count, or at the end of a new one. Errors (explained): those of waiting_add, offline. */
enum err packs_list(struct composer *composer, struct call *call, struct packs_here *answer);

/* At the timer and the end of each turn: continues a count. */
void packs_turn(struct composer *composer);
void packs_free(struct packs_count *packs);

/* Lessons come: the count is kept no longer, also when an inbox that was read again ends at the same position. */
void packs_outdate(struct packs_count *packs);

#endif
