/* sync_follow.h: the transport follows another clock. RT.
 *
 * Following JACK: the transport rolls with JACK's and has the same place; starts, stops and locates are requests to
 * JACK. JACK's bar, beat and tick give the place. A difference of less than a step, as after a change of tempo within a
 * period, moves the transport without repeating a step. Without them, JACK's frame gives the place when it begins to
 * roll, and later only the length of a jump.
 *
 * Following MIDI: start, continue, stop, song position and 24 clocks a quarter. Their distance is averaged over a beat.
 * A difference of phase is corrected over the next beat, so that neither tempo nor place jumps. */
#ifndef LOOPHOLE_AUDIO_RT_SYNC_FOLLOW_H
#define LOOPHOLE_AUDIO_RT_SYNC_FOLLOW_H

struct engine;
struct engine_midi;

void sync_period(struct engine *engine); /* at the start of a period: tempo, JACK's transport */
void sync_midi(struct engine *engine, const struct engine_midi *midi); /* handles clock messages, ignores others */
void sync_skip(struct engine *engine); /* after a gap of at most a second, when the clock is advanced */

#endif
