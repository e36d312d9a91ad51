/* bbt.h: bar, beat and tick of JACK's transport, from and to places of ours. Pure. RT.
 *
 * A place counts steps from 0: 4 a beat, 16 a bar. JACK counts bars and beats from 1 and ticks from 0, 1,920 a beat. As
 * JACK's leader we name the place of the cycle that comes next. While the transport plays, that is the core's own
 * place, through every change of tempo. Until then it is the place where the transport waits; when another client has
 * moved JACK away from there, it is the place that JACK's frame has at the present tempo. */
#ifndef LOOPHOLE_AUDIO_RT_BBT_H
#define LOOPHOLE_AUDIO_RT_BBT_H

#include <stdint.h>

#include "services/audio/rt/transport.h"

enum { BBT_TICKS = 1920, BBT_BEATS = 4 }; /* a beat, a bar; we lead in 4/4 only */

/* What the leader says of the next period's first frame. The engine answers it after each period. */
struct bbt_lead {
    double place;       /* steps, 0 or more */
    double step_frames; /* a step's length */
    double tempo;       /* BPM, from that frame on */
    uint32_t leads;     /* 0: this instance does not lead, and nothing else here counts */
    uint32_t plays;     /* JACK was asked to roll */
};

struct bbt {
    int32_t bar, beat, tick;
    double exact;          /* the tick, with its fraction */
    double bar_start_tick; /* ticks from bar 1 to this bar */
};

void bbt_say(const struct bbt_lead *lead, int64_t jack_frame, struct bbt *bbt);

/* Frames of JACK's transport from place 0 to `place` at one tempo; 0 before it. */
int64_t bbt_frame_of(double place, double step_frames);

/* A position that another leader names. `ticks` has the fraction if there is one. */
struct bbt_heard {
    int32_t bar, beat;
    double ticks, ticks_a_beat, beats_a_bar, tempo;
    double offset; /* frames that have passed since then */
};

/* The place in steps; -1: no place follows from it. */
double bbt_step(const struct bbt_heard *heard, uint32_t rate);
/* Steps that whole ticks leave out. */
double bbt_slack(double ticks_a_beat);

#endif
