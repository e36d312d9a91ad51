/* sync.h: other clocks: JACK's transport, MIDI clock in and out. RT.
 *
 * Following JACK: the transport rolls when JACK's does and stands where it stands; starts, stops and locates are asked
 * of JACK. Leading JACK: it is asked to do what the transport does. Following MIDI: start, continue, stop, song
 * position and 24 clocks a quarter; their distance is averaged over a beat, and a difference of phase is made up over
 * the next one, so that neither tempo nor place jumps. */
#ifndef LOOPHOLE_AUDIO_RT_SYNC_H
#define LOOPHOLE_AUDIO_RT_SYNC_H

#include <stdbool.h>
#include "common/rt/order.h"

enum { SYNC_TICKS_A_BEAT = 24 }; /* of MIDI clock */

struct sync {
    int64_t tick_frame; /* of the last clock that came in */
    double interval;    /* frames between two */
    int64_t ticks;      /* the place of the last one, in clocks (6 a step) */
    uint32_t heard;     /* clocks in a row, at most 24 */
    uint32_t armed;     /* the next clock is the first one of the music */
    int64_t next_tick;  /* the next one that goes out */
    uint32_t playing;   /* that others were told of a start */
    uint32_t spare;
};

struct engine;
struct engine_midi;

bool sync_order_start(struct engine *engine, const struct order *order, uint32_t producer);
bool sync_order_stop(struct engine *engine, const struct order *order, uint32_t producer);
bool sync_order_locate(struct engine *engine, const struct order *order, uint32_t producer);

void sync_period(struct engine *engine); /* at its beginning: tempo, JACK's transport */
void sync_tempo(struct engine *engine);  /* another one may be in force */
void sync_midi(struct engine *engine,
               const struct engine_midi *midi); /* of the system messages, those of the clock */
void sync_play_begins(struct engine *engine);   /* at the first step, after the count-in */
void sync_stop(struct engine *engine);
void sync_clock_out(struct engine *engine, uint32_t frames); /* of the stretch that begins now */

#endif
