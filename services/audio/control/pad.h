/* pad.h: a pad of a message, and the same pad of the score. */
#ifndef LOOPHOLE_AUDIO_PAD_H
#define LOOPHOLE_AUDIO_PAD_H

#include "services/audio/control/audio.h"

struct score_pad pad_empty(void); /* without a sound, and with the usual values */

/* Layers without a slot, whose item could not be loaded, are left out. The message has passed its checks (pads.c). */
struct score_pad pad_read(const struct pad *from);

/* Lists are in the arena. `from` may contain any values: it may be a predecessor's. */
struct pad pad_write(uint32_t index, const struct score_pad *from, struct arena *arena);

#endif
