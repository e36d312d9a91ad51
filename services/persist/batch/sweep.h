/* sweep.h: removes artefact files that no row names (orphan.h) and that are at least an hour old. A thread reads the
 * names of the files and finds candidates in short read transactions. The loop then checks each candidate in a turn: no
 * row of the write transaction may name it, and no batch in progress may use it. The end of that turn removes the file,
 * as it removes a file whose row was removed. So a batch that names the file in between keeps it (turn.c,
 * artefact_writer.h).
 *
 *   thread: names, rows, ages ──► loop: some names a turn: row? in flight? ──► turn's end: unlink
 *
 * The thread itself removes the temporary files of dead writers, because no writer uses their names again. */
#ifndef LOOPHOLE_PERSIST_SWEEP_H
#define LOOPHOLE_PERSIST_SWEEP_H

#include "services/persist/turn/persist.h"

/* Call it after artefact_writer_open, whose mailbox it uses. The first sweep is due at once. The loop's thread calls
 * all functions of this header. */
void sweep_open(struct persist *p);
bool sweep_close(struct persist *p); /* false: a thread hangs, so the mailbox must stay */

/* Sets the store that the thread reads; NULL: none. May wait while the thread reads a few rows. Call it with NULL
 * before closing p->store. */
void sweep_use(struct persist *p, struct store *store);

void sweep_look(struct persist *p); /* every second: starts a sweep that is due, gives up a thread that hangs */

#endif
