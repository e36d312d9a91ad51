/* layouts.h: the slots of kit layouts, which are lessons of a community (LESSON_KIND_SLOT). Any thread. */
#ifndef LOOPHOLE_STORE_LAYOUTS_H
#define LOOPHOLE_STORE_LAYOUTS_H

#include "schema_composer.h"
#include "store/community.h"

enum { LAYOUTS_DIGITS = 3 /* of a slot's number in the word of its lesson */ };

/* Reads a slot into the zeroed `to`, in the arena. False: the lesson is no slot, or there is no room. */
bool layouts_read(const struct lesson *lesson, struct arena *arena, struct layout_slot *to);

#endif
