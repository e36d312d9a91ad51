/* apply.h: many actions under one request, done together or not at all (together.h), as one step of the undo stack. An
 * apply of a few actions is done at once; a larger one waits for a part of its own (multipart.h), so that other clients
 * have their turns between two of them. */
#ifndef LOOPHOLE_PERSIST_APPLY_H
#define LOOPHOLE_PERSIST_APPLY_H

#include "services/persist/turn/persist.h"

/* All of it, in the open turn. Errors (explained; the field names the action): bad_request, not_found, exists,
 * conflict, too_large; those of a turn that is broken. */
enum err apply_all(struct persist *p, const struct persist_apply *ask, struct applied *applied, struct fault *fault);

/* The same for a call. Errors (explained): the same, and busy. */
enum err apply_begin(struct persist *p, struct call *call, const struct persist_apply *ask, struct applied *answer);

#endif
