/* uses.h: which items a context uses (store/uses.h). In the open turn. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_USES_H
#define LOOPHOLE_PERSIST_USES_H

#include "services/persist/turn/persist.h"

enum { USES_IN_CONTEXT = 32768, ENDED_IN_CONTEXT = 4096 }; /* rows of one context; the ended ones of them */

/* True if there is a context with this id, of another kind. Files of strangers choose the ids of projects and kits, and
 * so could name a context of the user. */
bool uses_is_of_another_kind(struct persist *p, struct id context, struct choice kind);

/* Notes the uses of a context, which it makes if it is new. If nothing differs, nothing is written or logged. Of the
 * ended uses, those that began last are kept. `answer` gets the id of the context. Errors (explained): bad_request (a
 * new context without a name), conflict (the id that was asked for is a context of another kind), not_found (an item),
 * too_large (USES_IN_CONTEXT), full. */
enum err uses_note(struct persist *p, const struct persist_use *ask, struct done *answer, struct fault *fault);

/* Removes the context `from`, which is the same thing as the context `to`: uses that only `from` has are ended ones of
 * `to`. Without `from` nothing is written. Errors (explained): not_found (`to`), full. */
enum err uses_merge(struct persist *p, struct id from, struct id to, struct fault *fault);

/* Ends the current uses of the items in a context of the kind `named`. Without such a use, nothing is written. Errors
 * (explained): not_found (no such context), full. */
enum err uses_end(struct persist *p, const struct persist_end_uses *ask, struct ended_uses *answer,
                  struct fault *fault);

#endif
