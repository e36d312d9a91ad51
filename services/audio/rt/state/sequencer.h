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
    float boost;   /* Hz, of the note's accent */
    uint32_t note; /* the next of the row's notes */
    uint32_t tail; /* frames that its filter still rings */
};

struct rt_sequencer {
    struct sequencer_row row[SCORE_ROWS];
    struct acid acid;
    struct reverb reverb;
    struct delay delay;
    struct click click;
    struct ramp acid_reverb, acid_delay;
    struct ramp closed; /* 0; 1 after a panic, until the period's end */
    uint32_t acid_tail; /* frames */
    uint32_t quiet[2];  /* frames for which nothing went into or came out of the reverb, the delay */
    uint32_t arrived;   /* serial of the `next` that plays, until the score has it as `now` */
    uint32_t wipe;      /* floats of the lines that are still to be cleared after a panic */
    uint32_t spare;
    int64_t step;   /* the next one to play */
    int64_t origin; /* the step at which the pattern began */
};

#endif
