/* takes.h: recordings, from the first word of them to their end. An item is pending while its file is written; then it
 * is final, a file like others, waiting to be analysed, or abandoned: kept and listed, and never taken for a sound.
 * Nothing comes back from either. Errors before a first write fail the operation alone. */
#ifndef LOOPHOLE_PERSIST_TAKES_H
#define LOOPHOLE_PERSIST_TAKES_H

#include "services/persist/persist.h"

/* Errors: not_found (the folder), bad_request (the name), exists (another item has that place). */
enum err takes_reserve(struct persist *p, const struct persist_reserve *ask, struct done *done, struct fault *fault);

/* Errors: not_found, bad_request (neither final nor abandoned), conflict (it has ended otherwise, or is no take). */
enum err takes_end(struct persist *p, const struct persist_end_take *ask, struct done *done, struct fault *fault);

#endif
