/* repack.h: after a folder moved or was renamed, gives the items below it the pack of their new place. After a person
 * took a move back, the items below become missing. persist changes these items in parts of a turn. A row of DB_META
 * records the remaining work, so a successor continues. The loop's thread.
 *
 *   folders_move: row "pack", folder, old pack ──► a timer: some items a turn ──► the row goes */
#ifndef LOOPHOLE_PERSIST_REPACK_H
#define LOOPHOLE_PERSIST_REPACK_H

#include "services/persist/turn/persist.h"

/* In the turn of the move: the items below `folder` whose pack is `old` will get the pack of their place. */
enum err repack_begin(struct persist *p, struct id folder, struct text old);

/* In the turn in which the move of `folder` was undone or redone: the items below it become missing (`state`
 * ITEM_STATE_MISSING), or those that are missing become present. */
enum err repack_begin_presence(struct persist *p, struct id folder, enum item_state state);

/* Begins again from the rows that are left: soon, or a second after a turn that failed. Call it after opening the
 * store, and after undoing a turn. */
void repack_resume(struct persist *p);
void repack_close(struct persist *p);

/* Does one part, in a turn that it opens. False: nothing is left to do. Exported for unit tests, which have no
 * timer. */
bool repack_part(struct persist *p);

#endif
