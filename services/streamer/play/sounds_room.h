/* sounds_room.h: the sample memory of `sounds` and which entry of the table has which part of it. The loop's. */
#ifndef LOOPHOLE_STREAMER_SOUNDS_ROOM_H
#define LOOPHOLE_STREAMER_SOUNDS_ROOM_H

#include "common/rt/stream.h"

/* Where `floats` of them are free, as low as possible; false: not in one piece. */
bool sounds_room_find(const struct sounds_memory *memory, uint64_t floats, uint64_t *offset);

uint64_t sounds_room_used(const struct sounds_memory *memory); /* floats */

#endif
