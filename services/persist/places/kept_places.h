/* kept_places.h: moves that a person undid. persist refuses the report of a scan that would repeat such a move. The
 * item keeps its place, and the file at the other place gets an item of its own. The same holds for a folder, and for
 * all items below it. In the open turn. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_KEPT_PLACES_H
#define LOOPHOLE_PERSIST_KEPT_PLACES_H

#include "services/persist/turn/persist.h"

/* Notes that scans may not follow this move (`is_kept`), or may follow it again. */
enum err kept_places_note(struct persist *p, const struct move *move, bool is_kept);
enum err kept_places_note_folder(struct persist *p, const struct folder_place *place, bool is_kept);

/* `was` is the item before the move. Errors (explained): denied (a person took this move back, or that of a folder
 * around the item), internal. */
enum err kept_places_check(struct persist *p, const struct media *was, const struct move *move, struct fault *fault);

/* Errors (explained): denied, internal. */
enum err kept_places_check_folder(struct persist *p, const struct folder_place *place, struct fault *fault);

#endif
