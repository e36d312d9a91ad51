/* heal.h: a copy of the survival state that may hold any bytes becomes one that the engine can go on from. RT.
 *
 * Shared memory is not trusted. A period copies the half that counts once, heals the copy here, and works on it alone:
 * no unit checks its own state again. A unit of audio (filter, oscillator, ramp) recovers from any bytes by itself. */
#ifndef LOOPHOLE_AUDIO_RT_HEAL_H
#define LOOPHOLE_AUDIO_RT_HEAL_H

#include <stdint.h>

struct engine;

/* engine->half, at the beginning of a period of this rate. Numbers come into their ranges; a voice that cannot be is
 * silent; a sequencer that is not where the transport is goes there. */
void heal_half(struct engine *engine, uint32_t rate);

#endif
