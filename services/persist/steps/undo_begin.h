/* undo_begin.h: answers the calls `undo` and `redo`, in parts if needed (multipart.h): if a library was removed, the
 * items of thousands of steps may be gone. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_UNDO_BEGIN_H
#define LOOPHOLE_PERSIST_UNDO_BEGIN_H

#include "services/persist/turn/persist.h"

/* Answer or defer a call. Errors (explained): those of undo.h, bad_request, full, busy. */
enum err undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask, struct taken_back *answer);
enum err undo_begin_redo(struct persist *p, struct call *call, const struct persist_redo *ask,
                         struct taken_back *answer);

#endif
