/* sound_ranges.h: the numbers of a part of kind sound are in the ranges of the audio core. Keys, words and types
 * that this version does not know pass: a later one may know them. Any thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_RANGES_H
#define LOOPHOLE_PROJECT_SOUND_RANGES_H

#include "proto/wire/tree.h"

/* Errors (explained; the field is the path of the value, as mixer.strips[2].gain): bad_request, too_large (a list). */
enum err sound_ranges_check(const struct tree *body, struct fault *fault);

#endif
