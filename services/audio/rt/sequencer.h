/* sequencer.h: plays the pattern of the score, row by row: finds the frame of each step and starts its sounds. RT.
 *
 * A row is a channel: its synth voice or its sounds, a low-pass, level and pan. It goes to the group, to the acid
 * filter shared by all rows with `acid`, and to the sends of reverb and delay. The acid filter's output uses the
 * largest sends of its rows. Sounds have the row's gate and release, but no attack, decay and sustain. The pattern's
 * first step is at the bar where `next` began it; after a locate it is at step 0.
 *
 * A step is decided at its own time, or at the time of the step before if its timing is early: its note, its chance,
 * its hits. An early step that follows a start or a change of the pattern begins at its own time. The chance is drawn
 * from the pattern's seed, the row, and the number of steps since the pattern began. */
#ifndef LOOPHOLE_AUDIO_RT_SEQUENCER_H
#define LOOPHOLE_AUDIO_RT_SEQUENCER_H

#include "services/audio/rt/state/sequencer.h"

struct engine;

/* A synth voice with a cutoff passes the filter; a sound does if its row has a cutoff. */
static inline bool sequencer_has_filter(const struct score_row *row)
{
    return row->filter_freq > 0 || row->voice.filter_freq > 0;
}

/* The pattern that plays now, its tempo (BPM; 120 if the score's is invalid) and its swing (0 or more). */
const struct score_pattern *sequencer_pattern(const struct engine *engine);
double sequencer_tempo(const struct engine *engine);
double sequencer_swing(const struct engine *engine);

/* Applies the tempo from this frame on: JACK's if the score follows it, otherwise the pattern's. Does nothing while a
 * MIDI clock gives the tempo. */
void sequencer_set_tempo(struct engine *engine);

void sequencer_period(struct engine *engine);                 /* at the start of a period */
void sequencer_place(struct engine *engine);                  /* after a start, a locate */
void sequencer_skip(struct engine *engine);                   /* after a gap */
void sequencer_rewind(struct engine *engine, int64_t origin); /* the pattern begins at this step */
int64_t sequencer_next(const struct engine *engine);          /* frame of the next event; INT64_MAX: none */
void sequencer_due(struct engine *engine);                    /* plays the steps that are due */
/* A step whose number is a multiple of `unit` is due, or passed in a gap; it is not played yet. The steps of a count-in
 * do not count. False while the transport is stopped. */
bool sequencer_reaches(const struct engine *engine, int64_t unit);
void sequencer_silence(struct engine *engine, uint32_t frames); /* a panic */
void sequencer_end_period(struct engine *engine);               /* after a panic: clears old state */

#endif
