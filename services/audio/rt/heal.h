/* heal.h: repairs a copy of the survival state, which may contain any bytes, so that the engine can continue. RT.
 *
 * Shared memory is not trusted. A period copies the valid half once, heals the copy here, and works only on it. So no
 * unit checks its own state again. A unit of audio (filter, oscillator, ramp) recovers from any bytes by itself. */
#ifndef LOOPHOLE_AUDIO_RT_HEAL_H
#define LOOPHOLE_AUDIO_RT_HEAL_H

#include <stdint.h>

struct engine;

/* Heals engine->half at the start of a period of this rate. Numbers are limited to their ranges, and an impossible
 * voice becomes silent. A sequencer that differs from the transport moves to it. */
void heal_half(struct engine *engine, uint32_t rate);

#endif
