/* edit.h: a change by a person to one media item. */
#ifndef LOOPHOLE_PERSIST_EDIT_H
#define LOOPHOLE_PERSIST_EDIT_H

#include "services/persist/turn/persist.h"

enum edit_mode {
    EDIT_BY_PERSON, /* is put on the undo stack */
    EDIT_IS_UNDO,   /* comes from it */
};

/* Fields that are absent stay as they are. Nothing is written, and no revision used, when nothing would change. Errors:
 * not_found, conflict (`expect`), bad_request, too_large; those after a first write break the turn. */
enum err edit_apply(struct persist *p, const struct edit *edit, enum edit_mode mode, struct done *done,
                    struct fault *fault);

#endif
