/* outputs.h: where sound leaves besides main and preview: a pair of ports for each channel, PFL, pairs for single
 * pads; and what channels send to the effects. RT.
 *
 *     group ──┬─► PFL ports: pre-fader listen (`pfl`)
 *             └─► strip ──┬─► its own ports
 *                         ├─► main, unless `apart`
 *                         └─► reverb and delay of the current pattern
 *
 * The ports of a channel always have it. None of these ports has the master's gain or a limiter, so they have no delay.
 * A change is a ramp of 5 ms. A pad with an output of its own leaves there in place of the channel of pads, with the
 * gain, mute and solo of that channel. */
#ifndef LOOPHOLE_AUDIO_RT_OUTPUTS_H
#define LOOPHOLE_AUDIO_RT_OUTPUTS_H

#include "services/audio/rt/block.h"

struct engine;
struct engine_period;

void outputs_period(struct engine *engine); /* at the start of a period: reads the score */
void outputs_clear(struct engine *engine);  /* at the start of a block */

/* The buffer of output 0 … SCORE_OUTPUTS - 1 in this block. */
float (*outputs_buffer(struct engine *engine, uint32_t output))[CORE_BLOCK];

void outputs_send(struct engine *engine, uint32_t frames); /* channels to the effects, before those run */
void outputs_put(struct engine *engine, uint32_t frames);  /* single pads to their ports */
void outputs_pfl(struct engine *engine, uint32_t group, uint32_t frames); /* a group, before its strip */

/* A group after its strip: to main. */
void outputs_mix(struct engine *engine, uint32_t group, float (*main)[CORE_BLOCK], uint32_t frames);
void outputs_put_channel(struct engine *engine, uint32_t group, uint32_t frames); /* a group after its strip */
void outputs_put_insert(struct engine *engine, uint32_t frames);                  /* the master before its insert */
void outputs_put_pfl(struct engine *engine, uint32_t frames);
void outputs_silence(struct engine_period *period);

#endif
