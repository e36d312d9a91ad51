/* places.h: the reports of scans about files: where they are, how they moved, appeared and vanished. No report removes
 * an item. Each function sets the revision, id, created and stale of `outcome`. An error before a first write fails
 * only this operation. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_PLACES_H
#define LOOPHOLE_PERSIST_PLACES_H

#include "services/persist/turn/persist.h"

/* A file was seen: updates the item of this place, or makes one. If size, a time or inode differ (0: unknown), the
 * item's analysis becomes stale. A missing item becomes present. A take that is not final does not change, and never
 * becomes stale. Errors: not_found (the folder), bad_request (the name). */
enum err places_put(struct persist *p, const struct place *place, struct outcome *outcome, struct fault *fault);

/* An item moved. If another item has the new place and both are one file, they are merged under the older id. They are
 * one file if they have the same content, or if the content of one is unknown and size and mtime are equal. Errors:
 * not_found, exists, bad_request. */
enum err places_move(struct persist *p, const struct move *move, struct outcome *outcome, struct fault *fault);

/* A move by a person, as part of the open step; it merges nothing. Errors: as places_move; exists also if both items
 * are one file. */
enum err places_relocate(struct persist *p, const struct move *move, struct done *done, struct fault *fault);

/* Does or takes `back` a move of the undo stack. After it was undone, the item is missing until a scan sees its
 * file. Errors: not_found (the item), conflict (the old place is taken, or its folder is gone; explained). */
enum err places_take_move(struct persist *p, const struct move *move, bool back, struct done *done,
                          struct fault *fault);

/* The file of an item vanished or is there again. Errors: not_found. */
enum err places_presence(struct persist *p, const struct presence *presence, struct outcome *outcome,
                         struct fault *fault);

#endif
