/* region_body.h: the regions of a clip: its key `selection_regions`, null or {"KEYCODE": [start, end, volume, locked]}.
 * Values that this version does not understand are kept. Any thread; all memory is in the arena, without a limit. */
#ifndef LOOPHOLE_PROJECT_REGION_BODY_H
#define LOOPHOLE_PROJECT_REGION_BODY_H

#include "proto/wire/tree.h"
#include "schema_loop.h"

#define REGION_BODY_KEY "selection_regions" /* a body without it has no regions */

enum { REGION_KEYS = 10 };

/* The digit of a key of the digit row or of the keypad; -1: it is another key. */
int region_digit(uint64_t key);

/* The place of a digit in the order 1 to 9, 0. */
static inline uint32_t region_place(int digit)
{
    return digit == 0 ? REGION_KEYS - 1 : (uint32_t)digit - 1;
}

/* Reads the regions of a clip's body by their places; `key` 0: there is none. Lists of two and three elements have the
 * volume 1 and are not locked. `warning` gets what could not be read. */
void region_body_read(const struct tree *body, struct arena *arena, struct region *to, struct text *warning);

/* Regions whose frames have the rate `selection_regions_rate`, as those of a video have, become frames of `rate`, that
 * of the item's sound, and the key is removed. Nothing changes without such a key, or if one of the rates is none. */
void region_body_scale(struct tree *body, struct arena *arena, double rate);

/* Puts a region into the body in place of those of its digit, or removes them if `end` is 0. A value that could not be
 * read at all stays as `selection_regions_unread`. */
void region_body_put(struct tree *body, struct arena *arena, const struct region *region);

#endif
