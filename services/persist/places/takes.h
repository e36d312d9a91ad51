/* takes.h: recordings, from the first word of them to their end. An item is pending while its file is written; then it
 * is final, a file like others, waiting to be analysed, or abandoned: kept and listed, and never taken for a sound.
 * Nothing comes back from either. Errors before a first write fail the operation alone. */
#ifndef LOOPHOLE_PERSIST_TAKES_H
#define LOOPHOLE_PERSIST_TAKES_H

#include "services/persist/turn/persist.h"

/* A name that ends in ".wav" keeps the one that ends in ".flac" free with it. Errors: not_found (the folder),
 * bad_request (the name), exists (another item has that place). */
enum err takes_reserve(struct persist *p, const struct persist_reserve *ask, struct done *done, struct fault *fault);

/* A file of that name is a pending take's, which says later what became of it. */
bool takes_own(struct persist *p, struct id folder, struct bytes file, struct media *take);

/* Errors: not_found, bad_request (neither final nor abandoned; the name), conflict (it has ended otherwise, or is no
 * take), exists (another item has the place of the file that it became). */
enum err takes_end(struct persist *p, const struct persist_end_take *ask, struct done *done, struct fault *fault);

#endif
