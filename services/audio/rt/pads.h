/* pads.h: starts sounds at their frame when MIDI notes or cues hit pads. RT.
 *
 * The gain is the pad's times velocity^curve. A one-shot plays to its end, a gate until the release, a loop until the
 * next hit. A key or a control that holds a gate ends it, also if pad or binding have changed meanwhile. The control
 * thread gets all MIDI too, except clock and active sensing. */
#ifndef LOOPHOLE_AUDIO_RT_PADS_H
#define LOOPHOLE_AUDIO_RT_PADS_H

#include <stdbool.h>

#include "common/rt/cue.h"

struct engine;
struct engine_midi;

/* A change of pads may wait for a step or a bar: until then the earlier pads are hit, and from its frame on the new
 * ones. What sounds goes on. */
void pads_period(struct engine *engine); /* at the start of a period: the pads of its score */
void pads_due(struct engine *engine);    /* begins the change at its frame, before the events of that frame */

/* Each executes one cue; false: the cue is refused. */
bool pads_cue_hit(struct engine *engine, const struct cue *cue, uint32_t producer);
bool pads_cue_release(struct engine *engine, const struct cue *cue, uint32_t producer);
void pads_midi(struct engine *engine, const struct engine_midi *midi);

#endif
