/* sync.h: other clocks: JACK's transport (sync_jack.c), MIDI clock in and out (sync.c). RT.
 *
 * Following JACK: the transport rolls when JACK's does, and is at the same place; starts, stops and locates are asked
 * of JACK. Its bar, beat and tick say the place; a difference of less than a step, as a tempo that changed within a
 * period makes, moves the transport and begins no step again. Without them JACK's frame says the place when it begins
 * to roll, and from then on only how far JACK went elsewhere.
 *
 * Leading JACK: it is asked to do what the transport does, and gets the place of each cycle (bbt.h). JACK rolls three
 * cycles after it is asked: after a count-in it begins with the music, else the music is ahead and JACK joins it in
 * the middle, at the right frame. A tempo is reported one period before it counts. Following MIDI: start, continue,
 * stop, song position and 24 clocks a quarter; their distance is averaged over a beat, and a difference of phase is
 * made up over the next one, so that neither tempo nor place jumps. */
#ifndef LOOPHOLE_AUDIO_RT_SYNC_H
#define LOOPHOLE_AUDIO_RT_SYNC_H

#include <stdbool.h>

#include "common/rt/order.h"
#include "services/audio/rt/state/sync.h"

struct engine;
struct engine_midi;

bool sync_order_start(struct engine *engine, const struct order *order, uint32_t producer);
bool sync_order_stop(struct engine *engine, const struct order *order, uint32_t producer);
bool sync_order_locate(struct engine *engine, const struct order *order, uint32_t producer);

void sync_period(struct engine *engine);                               /* at its beginning: tempo, JACK's transport */
void sync_tempo(struct engine *engine);                                /* another one is in force, from this frame on */
void sync_say_lead(struct engine *engine);                             /* at its end: reports the next one to JACK */
void sync_midi(struct engine *engine, const struct engine_midi *midi); /* of the system messages, those of the clock */
void sync_play_begins(struct engine *engine);                          /* at the first step, after the count-in */
void sync_stop(struct engine *engine);
void sync_clock_out(struct engine *engine, uint32_t frames); /* of the stretch that begins now */

/* ---- between sync.c and sync_jack.c ---- */
uint32_t sync_mode(const struct engine *engine); /* enum score_sync */
void sync_start(struct engine *engine, uint32_t bars);
void sync_locate(struct engine *engine, double place);
void sync_jack_locate(struct engine *engine, double place); /* JACK is asked to go there */
void sync_jack_roll(struct engine *engine);                 /* … to roll, unless it was asked before */
void sync_jack_stop(struct engine *engine);
void sync_jack_lead(struct engine *engine); /* at the period's beginning, its tempo included */
void sync_jack_follow(struct engine *engine);

#endif
