/* engine.h: computes one period of sound, between the JACK callback and shared memory: cues, transport, sequencer,
 * voices, effects, mixer, meters, capture, notes, state.
 *
 * The state that survives a period is in shared memory twice (struct engine_half). A period reads one half, writes the
 * other, and flips one word at its end, so a death in mid-period leaves the last whole half. The half contains the read
 * positions of rings; the rings' own indices follow the flip. Delay lines are written only after the flipped position.
 *
 * A period:
 *
 *   begin   copies the half and the score in, then repairs them: later code trusts them
 *           reads the streams' headers; moves the clock and all voices over lost frames
 *           moves the transport to its source; reads new cues, and executes those that are due
 *   block   (up to 256 frames, ends at the next event) executes due cues, MIDI and steps
 *           captures the inputs, before any voice
 *           streams, sounds ──► block.group;  rows ──► block.row ──► group;  block.one, .level: one voice at a time
 *           mixer: groups ──► strips, effects ──► block.main, .preview ──► limiter ──► the ports; meters
 *   end     stages notes and captured frames; copies the half out; exchanges the word (the flip)
 *           then publishes staged cells, releases rings, and shows the state
 *
 * Two processes may run on one studio. One word names owner, epoch and the valid half; it changes only by
 * compare-and-swap. A period begins by reading it and ends with its exchange. If another instance took over during the
 * period, the exchange fails, and the period has no effect. An instance that is not the owner writes silence, consumes
 * nothing and publishes nothing. It takes over when there is no owner, or when the owner's beat is late. The beat is
 * the server's frame at which the owner's last whole period began. It is late if it belongs neither to this instance's
 * current period nor to the period before.
 *
 * The audio clock continues the server's clock over its restarts. It skips frames that no owner played, and counts them
 * as lost. After a gap of up to a second, all voices skip these frames too, so they stay in time. After a longer gap
 * they resume where they were. */
#ifndef LOOPHOLE_AUDIO_RT_ENGINE_H
#define LOOPHOLE_AUDIO_RT_ENGINE_H

#include "common/shared/studio.h"
#include "services/audio/dsp/peaks.h"
#include "services/audio/rt/engine_owner.h"
#include "services/audio/rt/period.h"

struct engine;

/* RT. Plays one period, or silence if another instance owns the studio. A repetition of the last period does nothing:
 * buffers and midi_out still contain its result. Asynchronous JACK repeats a period if a client ended the previous one
 * late. Playing the period twice would put the audio clock ahead of the server's. */
void engine_run(struct engine *engine, struct engine_period *period);

/* Any thread, before an orderly end. From then on rows send no notes to midi_out, and sounding notes get a note-off.
 * engine_has_ended_notes is true after the last of these was sent, some periods later. An instance that does not own
 * the studio sends none. */
void engine_end_notes(struct engine *engine);
bool engine_has_ended_notes(const struct engine *engine);

#endif
