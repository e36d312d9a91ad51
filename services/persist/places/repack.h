/* repack.h: after a folder moved or got another name, the items below it get the pack of their new place. Items change
 * in parts of a turn's time. A row of DB_META says what is still to be done, so that a successor goes on.
 *
 *   folders_move: row "pack", folder, old pack ──► a timer: some items a turn ──► the row goes               */
#ifndef LOOPHOLE_PERSIST_REPACK_H
#define LOOPHOLE_PERSIST_REPACK_H

#include "services/persist/turn/persist.h"

/* In the turn of the move: items below `folder` whose pack is `old` get that of their place. */
enum err repack_begin(struct persist *p, struct id folder, struct text old);

/* After the store was opened: goes on with what a predecessor left. */
void repack_resume(struct persist *p);
void repack_close(struct persist *p); /* also after a turn that was undone: it begins again from the row */

/* One part, in a turn that it opens. False: nothing is left to do. */
bool repack_part(struct persist *p);

#endif
