/* describe_row.h: the layout of the row of describe.h: five blocks, then the signs. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_DESCRIBE_ROW_H
#define LOOPHOLE_WORKER_ANALYSIS_DESCRIBE_ROW_H

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

#endif
