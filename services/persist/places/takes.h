/* takes.h: recordings in the catalogue, from their reservation to their end. An item is pending while its file is
 * written. Then it is final (a file like any other, waiting to be analysed) or abandoned (kept and listed, but never
 * analysed). Both states are final. An error before a first write fails only this operation. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_TAKES_H
#define LOOPHOLE_PERSIST_TAKES_H

#include "services/persist/turn/persist.h"

/* Makes the item of a new take. A name that ends in ".wav" also reserves the name that ends in ".flac". Errors:
 * not_found (the folder), bad_request (the name), exists (another item has that place). */
enum err takes_reserve(struct persist *p, const struct persist_reserve *ask, struct done *done, struct fault *fault);

/* True when a file of that name belongs to a pending take, which is read into `take`. The take's recorder reports its
 * end later. */
bool takes_own(struct persist *p, struct id folder, struct bytes file, struct media *take);

/* Ends a take. Errors: not_found, bad_request (neither final nor abandoned; the name), conflict (it ended in the other
 * way, or is not a take), exists (another item has the place of the encoded file). */
enum err takes_end(struct persist *p, const struct persist_end_take *ask, struct done *done, struct fault *fault);

#endif
