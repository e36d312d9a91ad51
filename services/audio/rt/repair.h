/* repair.h: repairs a copy of the survival state, which may contain any bytes, so that the engine can continue. RT.
 *
 * Shared memory is not trusted. A period copies the valid half once, repairs the copy, and works only on it. So no unit
 * checks its own state again. The units of dsp/ (filter, oscillator, ramp) recover from any bytes by themselves. */
#ifndef LOOPHOLE_AUDIO_RT_REPAIR_H
#define LOOPHOLE_AUDIO_RT_REPAIR_H

#include <stdint.h>

struct engine;

/* Repairs engine->half at the start of a period of this rate: limits each number to its range, silences an impossible
 * voice, and moves a sequencer that differs from the transport to the transport's step. */
void repair_half(struct engine *engine, uint32_t rate);

#endif
