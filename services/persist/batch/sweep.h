/* sweep.h: removes artefact files that no row names (orphan.h) and that are at least an hour old. A thread reads the
 * names of the files and finds candidates in short read transactions. The loop decides in a turn: it removes a file if
 * no row of the write transaction names it and no batch in progress uses it. The file is removed after that turn, like
 * one whose row was removed. So a batch that names the file meanwhile keeps it (turn.c, artefact_writer.h).
 *
 *   thread: names, rows, ages ──► loop: some names a turn: row? in flight? ──► turn's end: unlink
 *
 * The thread itself removes temporary files of dead writers: no writer uses their names again. */
#ifndef LOOPHOLE_PERSIST_SWEEP_H
#define LOOPHOLE_PERSIST_SWEEP_H

#include "services/persist/turn/persist.h"

/* Call it after artefact_writer_open, whose mailbox it uses. The first sweep is due at once. The loop's thread calls
 * all functions of this header. */
void sweep_open(struct persist *p);
bool sweep_close(struct persist *p); /* false: a thread hangs, so the mailbox must stay */

/* Makes the thread read this store from now on; NULL: none. May wait while the thread looks up a few rows. Call it with
 * NULL before p->store is closed. */
void sweep_use(struct persist *p, struct store *store);

void sweep_look(struct persist *p); /* every second: starts a sweep that is due, gives up a thread that hangs */

#endif
