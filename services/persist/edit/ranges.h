/* ranges.h: what values of well-known attributes make sense: outside them a file's or an analysis' value is kept but
 * not shown, and a person's is refused. Any thread. */
#ifndef LOOPHOLE_PERSIST_RANGES_H
#define LOOPHOLE_PERSIST_RANGES_H

#include "schema_media.h"

/* True for a word, a number within its range, and any attribute without one. */
bool ranges_hold(const struct fact *fact);

/* For a person's fact. Errors: bad_request (no attribute, no value, no number or outside its range, an
 * unknown key). */
enum err ranges_check(const struct fact *fact, struct fault *fault);

#endif
