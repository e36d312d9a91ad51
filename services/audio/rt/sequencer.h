/* sequencer.h: plays the score's pattern, row by row: when each step comes and what it starts. RT.
 *
 * A row is a channel: its synth voice or its sounds, a low-pass, then its level and pan into the group, into the acid
 * filter that all rows with `acid` share, and into the sends of reverb and delay. What the acid filter gives is sent
 * on with the largest sends of its rows. Sounds have the row's gate and release, but no attack, decay and sustain.
 * The pattern's first step is at the bar in which it began by `next`; after a locate, at step 0. */
#ifndef LOOPHOLE_AUDIO_RT_SEQUENCER_H
#define LOOPHOLE_AUDIO_RT_SEQUENCER_H

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

struct engine;

/* Its synth voice has nothing more to sound; also in the instant before the envelope says so itself. */
static inline bool sequencer_row_is_idle(const struct sequencer_row *row)
{
    bool falls = row->adsr.stage == ADSR_DECAY || row->adsr.stage == ADSR_RELEASE;

    return adsr_is_idle(&row->adsr) || (falls && row->adsr.left == 0 && !(row->adsr.target > 0));
}

/* Any row's synth voice goes through a filter; a sound does when its row asks for it. */
static inline bool sequencer_has_filter(const struct score_row *row)
{
    return row->filter_freq > 0 || row->voice.filter_freq > 0;
}

/* Where a step begins, in steps: every odd one is late by half the swing. */
static inline double sequencer_step_place(int64_t step, double swing)
{
    return (double)step + ((step & 1) ? swing / 2 : 0);
}

const struct score_pattern *sequencer_pattern(const struct engine *engine);
double sequencer_tempo(const struct engine *engine);
double sequencer_swing(const struct engine *engine);

void sequencer_period(struct engine *engine);                   /* at its beginning */
void sequencer_place(struct engine *engine);                    /* after a start, a locate, a gap */
int64_t sequencer_next(const struct engine *engine);            /* frame of the next of them; INT64_MAX: none */
void sequencer_due(struct engine *engine);                      /* the end of the count-in, and steps, now or past */
void sequencer_silence(struct engine *engine, uint32_t frames); /* a panic */
void sequencer_end_period(struct engine *engine);               /* after a panic: empties what must not sound again */

#endif
