/* places.h: what scans report of files: where they are, where they moved, that they appeared or vanished. Nothing of an
 * item is forgotten here. `outcome` has its revision, id, created and stale set. Errors before a first write fail the
 * operation alone. */
#ifndef LOOPHOLE_PERSIST_PLACES_H
#define LOOPHOLE_PERSIST_PLACES_H

#include "services/persist/turn/persist.h"

/* A file was seen: the item of this place, made when there is none. Another size, mtime or inode (0: not known) makes
 * its analysis stale; a missing item is there again; of a take that has not ended as final nothing changes, and it is
 * never stale. Errors: not_found (the folder), bad_request (the name). */
enum err places_put(struct persist *p, const struct place *place, struct outcome *outcome, struct fault *fault);

/* An item is somewhere else. Where another item is there already and both are one file (the same content, or nothing
 * known of the one and size and mtime the same), they become one, the older id. Errors: not_found, exists,
 * bad_request. */
enum err places_move(struct persist *p, const struct move *move, struct outcome *outcome, struct fault *fault);

/* The same by a person's word, as a part of the open step: nothing is merged. Errors: as places_move; exists also where
 * both items are one file. */
enum err places_relocate(struct persist *p, const struct move *move, struct done *done, struct fault *fault);

/* One half of a move of the undo stack. After the half that takes it `back`, the item is missing until a scan sees its
 * file. Errors: not_found (the item), conflict (its old place or folder is taken or gone; explained). */
enum err places_take_move(struct persist *p, const struct move *move, bool back, struct done *done,
                          struct fault *fault);

/* Errors: not_found. */
enum err places_presence(struct persist *p, const struct presence *presence, struct outcome *outcome,
                         struct fault *fault);

#endif
