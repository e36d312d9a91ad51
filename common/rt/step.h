/* step.h: the place of a step in time: the one rule for the sequencer and for MIDI files. RT. */
#ifndef LOOPHOLE_COMMON_RT_STEP_H
#define LOOPHOLE_COMMON_RT_STEP_H

#include <stdint.h>

/* The start of a step, in steps: every odd step is late by half the swing (0 ≤ swing < 1). */
static inline double step_place(int64_t step, double swing)
{
    return (double)step + ((step & 1) ? swing / 2 : 0);
}

#endif
