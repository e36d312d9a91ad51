/* bbt.h: converts between bar, beat and tick of JACK's transport and our places. Pure. RT.
 *
 * A place counts steps from 0: 4 a beat, 16 a bar. JACK counts bars and beats from 1 and ticks from 0, 1,920 a beat. As
 * JACK's leader we report the place of the next cycle. While the transport plays, this is the core's own place, through
 * every change of tempo. Before that, it is the place where the transport waits. If another client has moved JACK away
 * from it, the place follows from JACK's frame at the current tempo. */
#ifndef LOOPHOLE_AUDIO_RT_BBT_H
#define LOOPHOLE_AUDIO_RT_BBT_H

#include <stdint.h>

#include "services/audio/rt/transport.h"

enum { BBT_TICKS = 1920, BBT_BEATS = 4 }; /* per beat, per bar; we lead in 4/4 only */

/* The leader's report on the first frame of the next period. The engine writes it after each period. */
struct bbt_lead {
    double place;       /* steps, 0 or more */
    double step_frames; /* length of a step */
    double tempo;       /* BPM, from that frame on */
    uint32_t leads;     /* 0: this instance does not lead, and ignore the other fields */
    uint32_t plays;     /* JACK was asked to roll */
};

struct bbt {
    int32_t bar, beat, tick;
    double exact;          /* the tick with its fraction */
    double bar_start_tick; /* ticks from bar 1 to this bar */
};

/* Fills `bbt` for a lead; `jack_frame` is the frame of JACK's transport. */
void bbt_say(const struct bbt_lead *lead, int64_t jack_frame, struct bbt *bbt);

/* Frames of JACK's transport from place 0 to `place` at one tempo; 0 for a negative place. */
int64_t bbt_frame_of(double place, double step_frames);

/* A position reported by another leader. `ticks` includes its fraction, if any. */
struct bbt_position {
    int32_t bar, beat;
    double ticks, ticks_a_beat, beats_a_bar, tempo;
    double offset; /* frames passed since this position */
};

/* The place in steps; -1: the position gives none. */
double bbt_step(const struct bbt_position *at, uint32_t rate);

/* The steps that a position loses if its ticks are whole numbers. */
double bbt_slack(double ticks_a_beat);

#endif
