/* element_keys.h: changes single keys of a part of a project. The step keeps their former and their new values. So undo
 * gives back these keys, and leaves what else has changed since. The loop's thread.
 *
 * An edit's body has the keys: a JSON object, a null for a key to be removed. A part without keys is not there. */
#ifndef LOOPHOLE_PERSIST_ELEMENT_KEYS_H
#define LOOPHOLE_PERSIST_ELEMENT_KEYS_H

#include "services/persist/edit/edit.h"

enum { ELEMENT_KEYS_MOST = 256 };

/* Puts the keys in the open turn, and pushes a row on the undo stack if one of them changed and the edit has a step.
 * Errors (explained): as elements_apply; also bad_request (the body, or that of the part, is no JSON object), too_large
 * (ELEMENT_KEYS_MOST, or the part). */
enum err element_keys_apply(struct persist *p, const struct element_edit *edit, struct done *done, struct fault *fault);

/* Takes the row back, or does it again. Errors: as above; conflict (one of the keys was changed since: nothing is
 * changed), not_found (the part is gone). Of the list `pads`, those pads stay that were changed since. */
enum err element_keys_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                           struct fault *fault);

#endif
