/* kept_places.h: moves that a person took back. A scan that would follow such a move again is refused: the item keeps
 * its place, and the file at the other place gets an item of its own. */
#ifndef LOOPHOLE_PERSIST_KEPT_PLACES_H
#define LOOPHOLE_PERSIST_KEPT_PLACES_H

#include "services/persist/turn/persist.h"

/* Notes that this move is not followed (`is_kept`), or may be again. */
enum err kept_places_note(struct persist *p, const struct move *move, bool is_kept);

/* Errors (explained): denied. */
enum err kept_places_check(struct persist *p, const struct move *move, struct fault *fault);

#endif
