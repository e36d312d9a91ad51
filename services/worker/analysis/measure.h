/* measure.h: a few measurements with names and units, from which tags, textures and seams are judged (docs/ear.md).
 * They cover at most the first three minutes; times and levels of the attack the first twelve seconds. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_MEASURE_H
#define LOOPHOLE_WORKER_ANALYSIS_MEASURE_H

#include "services/worker/analysis/measure_list.h"

struct sound_analysis;

/* Fills `measure` with finite numbers. `analysis` must be finished, and its sound not empty. */
void measure_sound(const struct sound_analysis *analysis, float measure[MEASURE_COUNT]);

extern const char *const measure_names[MEASURE_COUNT];

#endif
