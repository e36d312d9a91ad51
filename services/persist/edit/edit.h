/* edit.h: a change by a person to one media item. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_EDIT_H
#define LOOPHOLE_PERSIST_EDIT_H

#include "services/persist/turn/persist.h"

enum edit_mode {
    EDIT_BY_PERSON, /* pushes a step on the undo stack */
    EDIT_IS_UNDO,   /* comes from the undo stack */
    EDIT_BY_TEAM,   /* follows what the team says: no step, and no statement of this engine */
};

/* Changes the item in the open turn. Absent fields keep their values. An edit that changes nothing writes nothing and
 * uses no revision. Errors: not_found, conflict (`expect`), bad_request, too_large. An error after a first write breaks
 * the turn. */
enum err edit_apply(struct persist *p, const struct edit *edit, enum edit_mode mode, struct done *done,
                    struct fault *fault);

/* The same for undo and redo of a step. If the edit forgets the item, it counts as forgotten since `at` (0: now). */
enum err edit_apply_step(struct persist *p, const struct edit *edit, usec_t at, struct done *done, struct fault *fault);

#endif
