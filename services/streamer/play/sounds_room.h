/* sounds_room.h: the sample memory of `sounds` and who has which part of it, by the table of entries. The loop's. */
#ifndef LOOPHOLE_STREAMER_SOUNDS_ROOM_H
#define LOOPHOLE_STREAMER_SOUNDS_ROOM_H

#include "common/rt/stream.h"

/* Where `floats` of them are free, as low as possible; false: nowhere in one piece. */
bool sounds_room_find(const struct sounds_memory *memory, uint64_t floats, uint64_t *offset);

uint64_t sounds_room_used(const struct sounds_memory *memory); /* floats */

#endif
