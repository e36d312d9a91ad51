/* take_place.h: the disk of a take. A file that is missing while its disk is away is not gone: the take stays pending,
 * and ends when the disk is back. */
#ifndef LOOPHOLE_STREAMER_TAKE_PLACE_H
#define LOOPHOLE_STREAMER_TAKE_PLACE_H

#include "common/id.h"
#include "common/paths.h"

struct take_place {
    const struct paths *paths;
    struct id volume; /* zero: unknown */
};

/* Asks the storage monitor whether the volume is mounted where the path lies. Waits up to 8 s, so not on the loop.
 * False also if that is not known. */
bool take_place_is_here(const struct take_place *place, const char *path);

#endif
