/* undo_by.h: undo and redo of the steps of one client (empty: a client without a name), among steps of others. The
 * loop's thread. */
#ifndef LOOPHOLE_PERSIST_UNDO_BY_H
#define LOOPHOLE_PERSIST_UNDO_BY_H

#include "services/persist/turn/persist.h"

/* Sets *is to whether the newest done step of the catalogue is of the client `by` and can be undone plainly: then redo
 * does it again. False if it was undone alone, or its items are all gone. Errors: those of the store. */
enum err undo_is_next_by(struct persist *p, struct text by, bool *is);

/* Succeeds if the step of the catalogue that redo does next is of the client `by`, or there is none. Errors
 * (explained): conflict (it is of another client). */
enum err undo_check_redo_by(struct persist *p, struct text by, struct fault *fault);

/* Undoes the newest done step of the catalogue that the client `by` made, alone
 * (undo_take_alone). Skips steps whose items are all gone. Errors (explained): not_found (there is none), conflict (a
 * later step changed one of its items, also if it is undone, because redo would do it again; or the step wrote into
 * files, or is half undone), and those of undo_take_alone. */
enum err undo_take_by(struct persist *p, struct text by, struct taken_back *taken, struct fault *fault);

#endif
