/* ranges.h: plausible values of common attributes. persist stores a value out of range that comes from a file or an
 * analysis, but does not show it. It refuses one from a person. Any thread. */
#ifndef LOOPHOLE_PERSIST_RANGES_H
#define LOOPHOLE_PERSIST_RANGES_H

#include "schema_media.h"

/* True for a text, a number within its range, and any attribute that has no range. */
bool ranges_hold(const struct fact *fact);

/* Checks a person's fact. Errors: bad_request (no attribute, no value, not a number, out of range, an unknown
 * key or colour). */
enum err ranges_check(const struct fact *fact, struct fault *fault);

#endif
