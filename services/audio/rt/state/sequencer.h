/* state/sequencer.h: rows, effects and the next step of the sequencer. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_SEQUENCER_H
#define LOOPHOLE_AUDIO_RT_STATE_SEQUENCER_H

#include "common/rt/score.h"
#include "services/audio/dsp/acid.h"
#include "services/audio/dsp/adsr.h"
#include "services/audio/dsp/click.h"
#include "services/audio/dsp/delay.h"
#include "services/audio/dsp/mix.h"
#include "services/audio/dsp/oscillator.h"
#include "services/audio/dsp/reverb.h"
#include "services/audio/dsp/svf.h"

struct sequencer_row {
    struct oscillator oscillator;
    struct rt_adsr adsr;
    struct svf filter;
    struct mix_strip strip;
    struct ramp reverb, delay; /* sends */
    float hz;
    float boost;   /* Hz, the accent of the current note */
    uint32_t note; /* index of the next of the row's notes */
    uint32_t tail; /* frames until its filter has decayed */
};

struct rt_sequencer {
    struct sequencer_row row[SCORE_ROWS];
    struct acid acid;
    struct reverb reverb;
    struct delay delay;
    struct click click;
    struct ramp acid_reverb, acid_delay;
    struct ramp closed; /* 0; after a panic 1 until the period's end */
    uint32_t acid_tail; /* frames */
    uint32_t quiet[2];  /* frames without input and output of the reverb, of the delay */
    uint32_t arrived;   /* serial of the `next` that plays already, until the score has it as `now` */
    uint32_t wipe;      /* floats of the lines to be cleared after a panic */
    uint32_t spare;
    int64_t step;   /* the next step */
    int64_t origin; /* the step at which the pattern began */
};

#endif
