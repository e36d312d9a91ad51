/* copies.h: all known copies of an item, from the store alone. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_COPIES_H
#define LOOPHOLE_AVAILABILITY_COPIES_H

#include "schema_availability.h"
#include "services/availability/known.h"

enum { COPIES_MOST = 1000 };

/* The item itself, and all items of its content. Errors: not_found, io, full. */
enum err copies_find(struct known_volumes *known, struct id media, struct arena *arena, struct copies_seen *to,
                     struct fault *fault);

#endif
