/* elements.h: puts and removes parts of projects (store/elements.h). The loop's thread. */
#ifndef LOOPHOLE_PERSIST_ELEMENTS_H
#define LOOPHOLE_PERSIST_ELEMENTS_H

#include "services/persist/edit/edit.h"

/* True if an edit by a person makes a step of undo: not if it is `apart`, or of a kind that has none. */
bool elements_has_step(const struct element_edit *edit);

/* Puts or removes the element in the open turn. An edit that changes nothing writes nothing. Pushes a row on the undo
 * stack if it has a step. Errors (explained): not_found (to remove), conflict (`expect`;
 * another kind), bad_request, full. An error after a first write breaks the turn. */
enum err elements_apply(struct persist *p, const struct element_edit *edit, struct done *done, struct fault *fault);

/* Exchanges a version of an element with that in the store, without a row on the undo stack. The new `*version` is in
 * p->arena. It is `apart` if the element was removed: if the element is there again at the next exchange, which would
 * put it, it stays as it is, and the exchange after that removes it. Errors: as above. */
enum err elements_exchange(struct persist *p, struct element_edit *version, struct done *done, struct fault *fault);

/* Notes in the row of a step how it left the global kit; and whether that is still so. */
void elements_note_left(struct persist *p, struct undo_step *row);
bool elements_are_as_left(struct persist *p, const struct undo_step *row);

#endif
