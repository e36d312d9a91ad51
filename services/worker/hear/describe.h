/* describe.h: describes one sound as a row of numbers in five blocks, the input of the learned model (embed.h,
 * classify.h). All numbers are finite, about -3..3, and independent of gain. Any thread. */
#ifndef LOOPHOLE_WORKER_HEAR_DESCRIBE_H
#define LOOPHOLE_WORKER_HEAR_DESCRIBE_H

#include <stddef.h>

struct hear;

enum {
    DESCRIBE_SPECTRUM = 132,
    DESCRIBE_TIMBRE = 554,
    DESCRIBE_PITCH = 65,
    DESCRIBE_AMPLITUDE = 82,
    DESCRIBE_RHYTHM = 38,
    DESCRIBE_SIGNS = 12, /* of tempo and tonality; not in any block of the embedding */
    DESCRIBE_BLOCKS = 5,
    DESCRIBE_COUNT =
        DESCRIBE_SPECTRUM + DESCRIBE_TIMBRE + DESCRIBE_PITCH + DESCRIBE_AMPLITUDE + DESCRIBE_RHYTHM + DESCRIBE_SIGNS
};

/* Writes DESCRIBE_COUNT numbers, block after block in the order above. `hear` must be finished. */
void describe_sound(const struct hear *hear, float *row);

#endif
