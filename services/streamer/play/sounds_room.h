/* sounds_room.h: assigns parts of the memory `sounds`; the table's entries say which parts are used. The loop's
 * thread. */
#ifndef LOOPHOLE_STREAMER_SOUNDS_ROOM_H
#define LOOPHOLE_STREAMER_SOUNDS_ROOM_H

#include "common/rt/stream.h"

/* Finds the lowest free part of `floats` floats; false: no free part is that large. */
bool sounds_room_find(const struct sounds_memory *memory, uint64_t floats, uint64_t *offset);

uint64_t sounds_room_used(const struct sounds_memory *memory); /* floats */

#endif
