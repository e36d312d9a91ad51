/* kept_places.h: moves that a person took back. persist refuses a scan that would follow such a move again: the item
 * keeps its place, and the file at the other place gets its own item. In the open turn. */
#ifndef LOOPHOLE_PERSIST_KEPT_PLACES_H
#define LOOPHOLE_PERSIST_KEPT_PLACES_H

#include "services/persist/turn/persist.h"

/* Notes that scans may not follow this move (`is_kept`), or may follow it again. */
enum err kept_places_note(struct persist *p, const struct move *move, bool is_kept);

/* Errors (explained): denied (a person took this move back). */
enum err kept_places_check(struct persist *p, const struct move *move, struct fault *fault);

#endif
