/* describe.h: describes one sound as a row of numbers in five blocks, the input of the learned model (embed.h,
 * classify.h). All numbers are finite, about -3..3, and independent of gain. Any thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_DESCRIBE_H
#define LOOPHOLE_WORKER_ANALYSIS_DESCRIBE_H

#include "services/worker/analysis/describe_row.h"

struct sound_analysis;

/* Writes DESCRIBE_COUNT numbers, block after block in the order above. `analysis` must be finished. */
void describe_sound(const struct sound_analysis *analysis, float *row);

#endif
