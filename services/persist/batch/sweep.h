/* sweep.h: removes artefact files that no row names (orphan.h), once they are an hour old. A thread reads the
 * names and looks up their rows in short read transactions; it only suspects. The loop decides, in a turn: a file goes
 * when no row of the write transaction names it and no batch under way holds it. It goes after that turn like a file
 * whose row was removed, so that a batch that names it again meanwhile keeps it (turn.c, artefact_writer.h).
 *
 *   thread: names, rows, ages ──► loop: some names a turn: row? in flight? ──► turn's end: unlink
 *
 * The thread removes temporary files of dead writers: no writer uses their names again. */
#ifndef LOOPHOLE_PERSIST_SWEEP_H
#define LOOPHOLE_PERSIST_SWEEP_H

#include "services/persist/turn/persist.h"

/* After artefact_writer_open, whose mailbox it uses. The first sweep is due at once. */
void sweep_open(struct persist *p);
bool sweep_close(struct persist *p); /* false: a thread hangs; the mailbox stays */

/* The thread reads this store from now on; NULL: none. Waits for a lookup of a few rows. Before p->store is closed. */
void sweep_use(struct persist *p, struct store *store);

void sweep_look(struct persist *p); /* every second: begins what is due, gives up what hangs */

#endif
