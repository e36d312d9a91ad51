/* json_place.h: where in a JSON text a number is, as a path such as clips[2].start. For numbers that no tree can hold.
 * Pure. */
#ifndef LOOPHOLE_PROTO_JSON_PLACE_H
#define LOOPHOLE_PROTO_JSON_PLACE_H

#include <stddef.h>

#include "common/text.h"

enum { JSON_PLACE_SIZE = 64 };

/* Writes the path of the value that ends at byte `end` of a text that is JSON up to there; the first keys of a path
 * that is too long. Keys are as they are in the text. Returns the number that ends there. */
struct text json_place(struct text from, size_t end, char path[JSON_PLACE_SIZE]);

#endif
