/* describe.h: describes one sound as a row of numbers in five blocks, the input of the learned model (embed.h,
 * classify.h). All numbers are finite, about -3..3, and independent of gain. Any thread. */
#ifndef LOOPHOLE_WORKER_HEAR_DESCRIBE_H
#define LOOPHOLE_WORKER_HEAR_DESCRIBE_H

#include "services/worker/analysis/describe_row.h"

struct hear;

/* Writes DESCRIBE_COUNT numbers, block after block in the order above. `hear` must be finished. */
void describe_sound(const struct hear *hear, float *row);

#endif
