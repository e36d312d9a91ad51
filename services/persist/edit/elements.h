/* elements.h: puts and removes parts of projects (store/elements.h). The loop's thread. */
#ifndef LOOPHOLE_PERSIST_ELEMENTS_H
#define LOOPHOLE_PERSIST_ELEMENTS_H

#include "services/persist/edit/edit.h"

/* Puts or removes the element in the open turn. An edit that changes nothing writes nothing. By a person, it pushes a
 * row on the undo stack, unless its kind has no steps or it is `apart`. Errors (explained): not_found (to remove),
 * conflict (`expect`; another kind), bad_request, full. An error after a first write breaks the turn. */
enum err elements_apply(struct persist *p, const struct element_edit *edit, enum edit_mode mode, struct done *done,
                        struct fault *fault);

#endif
