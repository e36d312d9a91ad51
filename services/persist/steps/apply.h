/* apply.h: many actions under one request, done together or not at all (together.h), as one step of the undo stack.
 * persist does an apply of a few actions at once. A larger one waits for its own part (multipart.h), so that other
 * clients have turns between two of them. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_APPLY_H
#define LOOPHOLE_PERSIST_APPLY_H

#include "services/persist/turn/persist.h"

/* Does all actions in the open turn. Exported for unit tests, which have no call. Errors (explained; the field names
 * the action): bad_request, not_found, exists, conflict, too_large, the errors of a broken turn. */
enum err apply_all(struct persist *p, const struct persist_apply *ask, struct applied *applied, struct fault *fault);

/* The same for some of the actions, as a part of the open step `step`; 0: they begin one. */
struct apply_part {
    const struct persist_apply *ask;
    uint32_t first, count;
    uint64_t step;
    bool may_end_early; /* after TOGETHER_VALUES; `count` is then the number of actions that were done */
};
enum err apply_some(struct persist *p, struct apply_part *part, struct applied *applied, struct fault *fault);

/* With `show`: puts the part of the first action into the answer, as it is now. Errors (explained): internal. persist
 * keeps the answer with the part, so a repeated ask gets the same part, even after another client has changed it. */
enum err apply_show(struct persist *p, const struct persist_apply *ask, struct applied *applied, struct fault *fault);

/* The same for a call: answers or defers it. Errors (explained): the same, and busy. */
enum err apply_begin(struct persist *p, struct call *call, const struct persist_apply *ask, struct applied *answer);

/* The same for edits alone, in the scope catalogue. */
enum err apply_edits(struct persist *p, struct call *call, const struct persist_edit_media *ask,
                     struct applied *answer);

#endif
