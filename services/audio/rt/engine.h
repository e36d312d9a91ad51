/* engine.h: one period of sound. The whole audio core between the JACK callback and shared memory: orders, transport,
 * sequencer, voices, effects, mixer, meters, capture, notes, state.
 *
 * What survives a period lies in shared memory twice (struct engine_half): a period reads one half, writes the other
 * and flips one word at its end, so that a death in mid-period leaves the last whole one. Read positions of rings are
 * part of it; the rings' own indices follow the flip. Delay lines are written only past the flipped position.
 *
 * A period:
 *
 *   begin   the half and the score are copied in, then healed: all that follows trusts them
 *           streams read their headers; the clock goes on over lost frames, and what plays with it
 *           the transport follows its source; new orders are read, and those for now are done
 *   block   (up to 256 frames, cut at the next event) orders, MIDI and steps that are due
 *           capture: the inputs, before anything sounds
 *           streams, sounds ──► block.group;  rows ──► block.row ──► group;  block.one, .level: a voice's, for a moment
 *           mixer: groups ──► strips, effects ──► block.main, .preview ──► limiter ──► the ports; meters
 *   end     notes and captured frames are staged; the half is copied out; the word is exchanged (the flip)
 *           after it: staged cells are published, rings are released, the state is shown
 *
 * Two processes may run on one studio. One word names owner, epoch and the half that counts; it changes by
 * compare-and-swap alone. A period begins with a look at it and ends with its exchange, which fails when another
 * instance took over meanwhile: then the period never was. Another instance than the owner writes silence, consumes
 * nothing, publishes nothing. It takes over when there is no owner, or when the owner's beat (the server's frame at
 * which its last whole period began) is neither that of this instance's previous period nor that of this one, and no
 * period lay between the two.
 *
 * The audio clock is the server's, made one: what no owner sounded is skipped and counted as lost. Up to a second all
 * that plays skips it too and stays in time; after a longer absence all goes on from where it was. */
#ifndef LOOPHOLE_AUDIO_RT_ENGINE_H
#define LOOPHOLE_AUDIO_RT_ENGINE_H

#include "common/shared/studio.h"
#include "services/audio/dsp/peaks.h"
#include "services/audio/rt/engine_owner.h"
#include "services/audio/rt/period.h"

struct engine;

/* Not RT (engine_open.c). Maps nothing itself; touches every page it will use. Memory is allocated here
 * alone. `instance` is 0 or 1; the studio outlives the engine. A survival state of another layout is replaced.
 * Errors: full, bad_request. */
enum err engine_open(const struct studio *studio, uint32_t instance, struct engine **engine, struct fault *fault);
void engine_close(struct engine *engine);

/* RT. Sounds one period, or silence when another instance owns the studio. The period that it had last, come again, is
 * left alone: buffers and midi_out, which still hold what it gave, and midi_in. JACK, asynchronous, runs a period again
 * when a client ended the one before it late; sounded twice, all would be ahead of the server's clock from then on. */
void engine_run(struct engine *engine, struct engine_period *period);

/* Any thread: the highest peaks after frame `since` of the audio clock, of the 2 s before frame `now` (peaks.h). */
void engine_peaks(const struct engine *engine, int64_t since, int64_t now, uint32_t rate, struct peaks *highest);

#endif
