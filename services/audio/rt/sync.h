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

enum { SYNC_TICKS_A_BEAT = 24 }; /* of MIDI clock */

struct sync {
    int64_t tick_frame;     /* of the last clock that came in */
    double interval_frames; /* frames between two */
    int64_t ticks;          /* the place of the last one, in clocks (6 a step) */
    uint32_t heard;         /* clocks in a row, at most 24 */
    uint32_t armed;         /* the next clock is the first one of the music */
    int64_t next_tick;      /* the next one that goes out */
    uint32_t playing;       /* others have received a start */
    uint32_t asked;         /* JACK was asked to roll with the transport */
    double tempo;           /* that was reported to JACK for this period; 0: none */
    int64_t jack_ahead;     /* frames of JACK's transport less those of the audio clock, when it was followed last */
};

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
