/* sequencer.h: plays the score's pattern, row by row: when each step comes and what it starts. RT.
 *
 * A row is a channel: its synth voice or its sounds, a low-pass, then its level and pan into the group, into the acid
 * filter that all rows with `acid` share, and into the sends of reverb and delay. What the acid filter gives is sent
 * on with the largest sends of its rows. Sounds have the row's gate and release, but no attack, decay and sustain.
 * The pattern's first step is at the bar in which it began by `next`; after a locate, at step 0. */
#ifndef LOOPHOLE_AUDIO_RT_SEQUENCER_H
#define LOOPHOLE_AUDIO_RT_SEQUENCER_H

#include "services/audio/rt/state/sequencer.h"

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
