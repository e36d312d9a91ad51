/* sync.h: other clocks: JACK's transport (sync_jack.c), MIDI clock in and out (sync.c). RT.
 *
 * Following JACK: the transport rolls with JACK's and has the same place; starts, stops and locates are requests to
 * JACK. JACK's bar, beat and tick give the place. A difference of less than a step, as after a change of tempo within a
 * period, moves the transport without repeating a step. Without them, JACK's frame gives the place when it begins to
 * roll, and later only the length of a jump.
 *
 * Leading JACK: JACK gets the transport's starts, stops and locates as requests, and the place of each cycle (bbt.h).
 * It rolls three cycles after a request. After a count-in it begins with the music; otherwise it joins the music at the
 * right frame.
 * A tempo is reported one period before it takes effect.
 *
 * Following MIDI: start, continue, stop, song position and 24 clocks a quarter. Their distance is averaged over a beat.
 * A difference of phase is corrected over the next beat, so that neither tempo nor place jumps. */
#ifndef LOOPHOLE_AUDIO_RT_SYNC_H
#define LOOPHOLE_AUDIO_RT_SYNC_H

#include <stdbool.h>

#include "common/rt/cue.h"
#include "services/audio/rt/state/sync.h"

struct engine;
struct engine_midi;

/* Each executes one cue; false: the cue is refused. */
bool sync_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sync_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sync_cue_locate(struct engine *engine, const struct cue *cue, uint32_t producer);

void sync_period(struct engine *engine);   /* at the start of a period: tempo, JACK's transport */
void sync_say_lead(struct engine *engine); /* at the end of a period: reports the next one */
void sync_midi(struct engine *engine, const struct engine_midi *midi); /* handles clock messages, ignores others */
void sync_skip(struct engine *engine); /* after a gap of at most a second, when the clock is advanced */
void sync_due(struct engine
                  *engine); /* before the steps that are due: the first one after the count-in begins the play */
void sync_stop(struct engine *engine);
void sync_clock_out(struct engine *engine, uint32_t frames); /* sends MIDI clocks for the block that begins now */

/* ---- shared by sync.c and sync_jack.c ---- */
uint32_t sync_mode(const struct engine *engine); /* enum score_sync */
void sync_start(struct engine *engine, uint32_t bars);
void sync_locate(struct engine *engine, double place);
void sync_jack_locate(struct engine *engine, double place); /* asks JACK to go there */
void sync_jack_roll(struct engine *engine);                 /* asks JACK to roll, unless it was asked before */
void sync_jack_stop(struct engine *engine);
void sync_jack_lead(struct engine *engine); /* at the start of a period, including its tempo */
void sync_jack_follow(struct engine *engine);

#endif
