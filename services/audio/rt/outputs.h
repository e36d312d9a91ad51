/* outputs.h: where sound leaves besides main and preview: a pair of ports for each channel, PFL, pairs for single
 * pads; and what channels send to the effects. RT.
 *
 *     group ──┬─► PFL ports: pre-fader listen (`pfl`)
 *             └─► strip ──┬─► its own ports
 *                         ├─► its insert, if it has one ──► alignment ──► main, unless `apart`
 *                         └─► reverb and delay of the current pattern
 *
 * The ports of a channel always have it. None of these ports has the master's gain or a limiter, so they have no delay.
 * A change is a ramp of 5 ms. A pad with an output of its own leaves there in place of the channel of pads, with the
 * gain, mute and solo of that channel.
 *
 * Alignment: the sound of a channel with an insert comes back later (`latency_frames` of the period). Main gets each
 * other channel, and the preview, so much later that all are as late as the latest of them. Inputs that are monitored
 * are not delayed. While a new client has not made the chains yet, each channel keeps its delay. */
#ifndef LOOPHOLE_AUDIO_RT_OUTPUTS_H
#define LOOPHOLE_AUDIO_RT_OUTPUTS_H

#include "services/audio/rt/period.h"

struct engine;
struct engine_period;

void outputs_period(struct engine *engine); /* at the start of a period: reads the score */
void outputs_clear(struct engine *engine);  /* at the start of a block */

/* The buffer of output 0 … SCORE_OUTPUTS - 1 in this block. */
float (*outputs_buffer(struct engine *engine, uint32_t output))[CORE_BLOCK];

void outputs_send(struct engine *engine, uint32_t frames); /* channels to the effects, before those run */
void outputs_put(struct engine *engine, uint32_t frames);  /* single pads to their ports */
void outputs_pfl(struct engine *engine, uint32_t group, uint32_t frames); /* a group, before its strip */

/* Frames by which the channels are late in main: the latency of the latest insert, at most CHAIN_LATEST. */
uint32_t outputs_longest(const struct engine *engine);
void outputs_align(struct engine *engine, uint32_t group, float (*bus)[CORE_BLOCK], uint32_t frames); /* in place */
void outputs_skip(struct engine *engine, uint64_t frames); /* frames that were not played */
void outputs_panic(struct engine *engine);                 /* nothing that waits in the alignment is heard */

/* A group after its strip and insert: to main. */
void outputs_mix(struct engine *engine, uint32_t group, float (*main)[CORE_BLOCK], uint32_t frames);
void outputs_put_channel(struct engine *engine, uint32_t group, uint32_t frames); /* a group after its strip */
void outputs_put_insert(struct engine *engine, uint32_t frames);                  /* the master before its insert */
void outputs_put_pfl(struct engine *engine, uint32_t frames);
void outputs_silence(struct engine_period *period);

#endif
