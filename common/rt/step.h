/* step.h: the place of a step in time: the one rule for the sequencer and for MIDI files. RT. */
#ifndef LOOPHOLE_COMMON_RT_STEP_H
#define LOOPHOLE_COMMON_RT_STEP_H

#include <stdint.h>

/* The start of a step, in steps: every odd step is late by half the swing (0 ≤ swing < 1). */
static inline double step_place(int64_t step, double swing)
{
    return (double)step + ((step & 1) ? swing / 2 : 0);
}

/* The hits of a step, in steps. */
struct step_hits {
    double place; /* of the first */
    double apart; /* from one to the next */
};

/* `timing` (-0.5…0.5) moves a step towards the step before or after it, as a part of the distance to it. The hits of a
 * ratchet (1 or more) share the time until the next step, so they never reach it. */
static inline struct step_hits step_hits(int64_t step, double swing, double timing, uint32_t ratchet)
{
    double place = step_place(step, swing), after = step_place(step + 1, swing) - place;
    double moved = timing * (timing < 0 ? place - step_place(step - 1, swing) : after);

    return (struct step_hits){ place + moved, (moved > 0 ? after - moved : after) / ratchet };
}

#endif
